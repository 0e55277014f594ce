// SetFileEncoding: converts a UTF-8 file in place; owner and mode stay.
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/regular_file.h"
#include "guest/text_encoding.h"

namespace goldsmith::guest {

ModuleResult set_file_encoding(const ModuleInput& input, ModuleContext&) {
    constexpr std::uint64_t largest_file = 1U << 30;
    const std::string path = input.text("path");
    const std::string bytes = encode_text(
        decode_text(read_regular_file(path, largest_file), "utf8"), input.text("encoding"));
    const base::Fd file = open_regular_file(path, O_WRONLY);
    base::write_all(file.get(), bytes);
    if (::ftruncate(file.get(), static_cast<off_t>(bytes.size())) != 0) {
        throw base::SystemError("shorten " + path);
    }
    return {};
}

}  // namespace goldsmith::guest
