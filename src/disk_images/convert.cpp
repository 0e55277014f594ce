#include "disk_images/convert.h"

#include <sys/statvfs.h>

#include <charconv>

#include "base/byte_size.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kReserve = 64ULL << 20;
// What qemu-img at least does per second of processor time, on a slow machine with compression.
constexpr std::uint64_t kBytesPerSecond = 1ULL << 20;

const base::Path kSource = "/source/disk";
const base::Path kTarget = "/target";

}  // namespace

std::optional<int> last_percent(std::string_view text) {
    const auto end = text.rfind("/100%)");
    const auto begin = end == std::string_view::npos ? end : text.rfind('(', end);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view number = text.substr(begin + 1, end - begin - 1);
    number.remove_prefix(std::min(number.find_first_not_of(' '), number.size()));
    int percent = 0;
    const auto result = std::from_chars(number.data(), number.data() + number.size(), percent);
    return result.ec == std::errc{} && percent >= 0 && percent <= 100 ? std::optional(percent)
                                                                      : std::nullopt;
}

base::Command convert_command(const Conversion& conversion) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = {"convert",
                         "-p",
                         "-W",
                         "-m",
                         "16",
                         "-f",
                         conversion.source_format,
                         "-O",
                         conversion.target_format};
    if (conversion.compressed) {
        command.arguments.push_back("-c");
    }
    for (const std::string& option : conversion.target_options) {
        command.arguments.push_back("-o");
        command.arguments.push_back(option);
    }
    command.arguments.push_back(kSource.string());
    command.arguments.push_back((kTarget / conversion.target.filename()).string());
    return command;
}

void convert(const Conversion& conversion) {
    Sandbox sandbox;
    sandbox.mounts = {
        {std::filesystem::absolute(conversion.source), kSource.string(), false},
        {std::filesystem::absolute(conversion.target).parent_path(), kTarget.string(), true}};
    // Formats with tables are larger than the disk when it is full of data.
    sandbox.largest_file_bytes =
        conversion.virtual_bytes + conversion.virtual_bytes / 64 + kReserve;
    sandbox.cpu_time = std::chrono::seconds(
        120 + static_cast<std::int64_t>(conversion.data_bytes / kBytesPerSecond));
    base::RunOptions options;
    options.stop = conversion.stop;
    options.keep_bytes = 64 << 10;
    int told = -1;
    options.on_output = [&](std::string_view chunk, bool is_stderr) {
        const auto percent = is_stderr ? std::nullopt : last_percent(chunk);
        if (percent && *percent != told && conversion.progress) {
            told = *percent;
            conversion.progress(told);
        }
    };
    run_sandboxed(convert_command(conversion), sandbox, options);
}

void verify_image(const base::Path& file, const std::string& qemu_format) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = {"check", "-f", qemu_format, kSource.string()};
    Sandbox sandbox;
    sandbox.mounts = {{std::filesystem::absolute(file), kSource.string(), false}};
    sandbox.cpu_time = std::chrono::seconds(600);
    run_sandboxed(command, sandbox);
}

void require_free_space(const base::Path& folder, std::uint64_t bytes) {
    struct statvfs space {};
    if (::statvfs(folder.c_str(), &space) != 0) {
        throw base::SystemError("statvfs " + folder.string());
    }
    const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
    if (free < kReserve || free - kReserve < bytes) {
        throw ImageRefused("there is not enough space in " + folder.string() + ": up to " +
                           base::ByteSize::bytes(bytes).describe() + " are needed, and " +
                           base::ByteSize::bytes(free).describe() + " are free");
    }
}

}  // namespace goldsmith::disk_images
