#include "catalogue/base_image.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include "base/process.h"
#include "catalogue/apt_sources.h"
#include "catalogue/boot_code.h"
#include "catalogue/build_commands.h"
#include "catalogue/guest_files.h"
#include "catalogue/guest_tree.h"
#include "catalogue/install_failure.h"
#include "catalogue/package_cache.h"

namespace goldsmith::catalogue {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kNeededBytes = 3ULL << 30;
constexpr const char* kTempPrefix = "build";

// One build: the steps share the tree, the disk and the options.
class Builder {
public:
    Builder(const CatalogueEntry& entry, const BuildOptions& options)
        : entry_(entry),
          options_(options),
          work_(prepared(options.work_directory)),
          tree_(work_.path() / "tree"),
          disk_(work_.path() / "disk.raw") {}

    BaseImage build() {
        check_host();
        sources_ = sources();
        install();
        read_facts();
        prune_package_cache(package_cache(), facts_.packages);
        furnish();
        write_disk();
        const auto kept = options_.work_directory / (entry_.name + "-" + facts_.version + ".raw");
        fs::rename(disk_, kept);
        return {kept, facts_};
    }

private:
    // Killed builds leave their folder; whoever holds the work folder may remove it.
    static base::TempDir prepared(const base::Path& work_directory) {
        base::make_directories(work_directory);
        for (const auto& name : base::list_directory(work_directory)) {
            if (name.starts_with(kTempPrefix))
                base::remove_tree(work_directory / name);
        }
        return base::TempDir(kTempPrefix, work_directory);
    }

    void say(const std::string& line) const {
        if (options_.progress)
            options_.progress(line);
    }

    void check_host() const {
        if (geteuid() != 0) {
            throw BaseImageError(
                "making a base image needs root: packages are installed in a "
                "chroot. Run this as root or with sudo");
        }
        for (const auto& program : needed_programs()) {
            if (base::find_program(program))
                continue;
            throw BaseImageError("the program " + program +
                                 " is not installed on this host; `apt-get install " +
                                 package_of_program(program) + "` brings it");
        }
        struct statvfs space {};
        if (statvfs(work_.path().c_str(), &space) != 0) {
            throw base::SystemError("statvfs " + work_.path().string());
        }
        if (std::uint64_t{space.f_bavail} * space.f_frsize < kNeededBytes) {
            throw BaseImageError("making a base image needs 3 GiB free in " +
                                 options_.work_directory.string());
        }
    }

    std::vector<AptSource> sources() const {
        if (!options_.mirror.empty()) {
            return sources_on_mirror(options_.mirror, options_.security_mirror, entry_);
        }
        auto chosen = choose_debian_sources(read_host_apt_sources(options_.host_root), entry_);
        if (chosen.empty())
            throw BaseImageError(no_sources_message(entry_));
        return chosen;
    }

    void install() {
        InstallPlan plan;
        plan.tree = tree_;
        plan.sources_list = work_.path() / "sources.list";
        plan.package_cache = package_cache();
        plan.epoch_seconds = epoch_seconds();
        plan.apt_settings = network_settings(base::run_checked(apt_settings_command()));
        base::make_directories(plan.package_cache);
        base::write_file_atomically(plan.sources_list, to_one_line(sources_));
        say("installing " + entry_.title + " from " + sources_.front().uris.front());
        auto running = run_options();
        running.on_output = [this](std::string_view chunk, bool) { report_lines(chunk); };
        const auto result = base::run(install_command(entry_, plan), running);
        if (options_.stop.stop_requested())
            throw BaseImageError("stopped on request");
        if (!result.status.success()) {
            throw BaseImageError(
                "cannot make " + entry_.name + ": " +
                explain_install_failure(result.stdout_text + result.stderr_text, sources_));
        }
    }

    base::Path package_cache() const { return options_.work_directory / "packages"; }

    // mmdebstrap announces each of its steps as "I: <step>...".
    void report_lines(std::string_view chunk) {
        partial_line_ += chunk;
        for (auto end = partial_line_.find('\n'); end != std::string::npos;
             end = partial_line_.find('\n')) {
            const auto line = partial_line_.substr(0, end);
            partial_line_.erase(0, end + 1);
            const bool is_step = line.starts_with("I: ") && line.ends_with("...");
            if (is_step && line.find("received signal") == std::string::npos)
                say(line.substr(3));
        }
    }

    void read_facts() {
        facts_.os_version = point_release(tree_);
        facts_.version = image_version(facts_.os_version, options_.now);
        facts_.os_name = entry_.os_name;
        facts_.architecture = entry_.ec2_architecture;
        facts_.kernel = installed_kernel(tree_);
        facts_.packages = parse_package_list(base::run_checked(list_packages_command(tree_)));
        layout_ = plan_disk(entry_, entry_.name + "/" + facts_.version);
        facts_.root_uuid = layout_.identity.root_uuid;
        facts_.disk_bytes = layout_.disk_bytes;
        facts_.root_offset_bytes = layout_.root.offset;
        facts_.root_length_bytes = layout_.root.length;
    }

    void furnish() {
        say("configuring the system");
        remove_leftovers(tree_, installation_leftovers());
        write_guest_files(tree_, guest_files(entry_, layout_, sources_));
        write_guest_links(tree_, guest_links());
        base::make_directories(tree_ / "boot/efi");
        copy_grub_modules(tree_);
    }

    void write_disk() {
        say("writing the disk");
        {
            const auto disk = base::open_file(disk_, O_RDWR | O_CREAT | O_EXCL, 0600);
            if (ftruncate(disk.get(), static_cast<off_t>(layout_.disk_bytes)) != 0) {
                throw base::SystemError("set the size of " + disk_.string());
            }
        }
        auto with_script = run_options();
        with_script.stdin_text = partition_script(layout_);
        base::run_checked(partition_command(disk_), with_script);
        write_esp();
        write_boot_code();
        run(make_root_command(disk_, layout_, tree_, epoch_seconds()));
    }

    void write_esp() {
        const auto config = work_.path() / "grub.cfg";
        base::write_file_atomically(config, esp_grub_config(layout_));
        run(format_esp_command(disk_, layout_));
        run(make_esp_folders_command(disk_, layout_));
        const auto copy = [&](const base::Path& from, const std::string& to) {
            run(copy_to_esp_command(disk_, layout_, from, to));
        };
        // The signed first stage loads grubx64.efi beside it, and that reads EFI/debian/grub.cfg.
        copy(tree_ / "usr/lib/shim/shimx64.efi.signed", "EFI/BOOT/BOOTX64.EFI");
        copy(tree_ / "usr/lib/shim/mmx64.efi.signed", "EFI/BOOT/mmx64.efi");
        copy(tree_ / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "EFI/BOOT/grubx64.efi");
        copy(config, "EFI/debian/grub.cfg");
    }

    void write_boot_code() {
        const base::TempDir inside("grub", tree_ / "tmp");
        const auto as_guest = "/" + inside.path().lexically_relative(tree_).string();
        base::write_file_atomically(inside.path() / "early.cfg", bios_grub_config(layout_));
        run(grub_core_command(tree_, as_guest + "/early.cfg", as_guest + "/core.img"));
        const auto code =
            place_boot_code(base::read_file(tree_ / "usr/lib/grub/i386-pc/boot.img", 4096),
                            base::read_file(inside.path() / "core.img", layout_.bios_boot.length),
                            layout_.bios_boot);
        const auto disk = base::open_file(disk_, O_RDWR);
        base::write_exactly_at(disk.get(), code.boot_sector.data(), code.boot_sector.size(), 0);
        base::write_exactly_at(disk.get(), code.core.data(), code.core.size(),
                               layout_.bios_boot.offset);
    }

    void run(const base::Command& command) const { base::run_checked(command, run_options()); }

    base::RunOptions run_options() const {
        base::RunOptions running;
        running.stop = options_.stop;
        running.die_with_parent = true;
        return running;
    }

    std::int64_t epoch_seconds() const {
        return std::chrono::system_clock::to_time_t(options_.now);
    }

    const CatalogueEntry& entry_;
    const BuildOptions& options_;
    base::TempDir work_;
    base::Path tree_;
    base::Path disk_;
    std::vector<AptSource> sources_;
    DiskLayout layout_;
    BaseImageFacts facts_;
    std::string partial_line_;
};

}  // namespace

BaseImage build_base_image(const CatalogueEntry& entry, const BuildOptions& options) {
    try {
        return Builder(entry, options).build();
    } catch (const BaseImageError&) {
        throw;
    } catch (...) {
        std::throw_with_nested(BaseImageError("cannot make the base image " + entry.name));
    }
}

}  // namespace goldsmith::catalogue
