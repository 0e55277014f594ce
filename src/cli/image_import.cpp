// goldsmith image import FILE|URL: a disk image from anywhere becomes an AMI. The daemon starts the
// same command, with --server, for the imports of the API.
#include "cli/image_import.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/byte_size.h"
#include "base/random.h"
#include "cli/server_options.h"
#include "cli/stop_signals.h"
#include "daemon/data_directory.h"
#include "daemon/imported_images.h"
#include "disk_images/import.h"
#include "disk_images/refusal.h"
#include "disk_images/scratch.h"
#include "disk_images/source.h"
#include "disk_images/url.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

struct ImportOptions {
    ServerOptions server;
    std::string location;
    std::string digest;
    std::string digest_list;
    std::string format;
    std::string name;
    std::string description;
    std::string region;
    std::string architecture;
    std::string boot_mode;
    std::string token;
    std::vector<std::string> tags;
    std::uint64_t max_disk_gib = 0;
    bool container_only = false;
    bool check = false;
    /// Started by a server: its rules for addresses, and it writes the rows.
    bool server_side = false;
    bool allow_local_addresses = false;
};

/// One line for each stage and each tenth of it.
class ProgressLines {
public:
    void operator()(const std::string& stage, int percent) {
        const int tenth = percent / 10;
        if (stage == stage_ && tenth == tenth_) {
            return;
        }
        stage_ = stage;
        tenth_ = tenth;
        std::printf("%s: %d%%\n", stage.c_str(), percent);
        std::fflush(stdout);
    }

private:
    std::string stage_;
    int tenth_ = -1;
};

/// "web-1.0" for "/images/web-1.0.qcow2".
std::string name_of_file(const std::string& file_name) {
    std::string name = file_name;
    for (const char* ending : {".gz", ".xz", ".zst", ".bz2", ".tar", ".tgz", ".raw", ".img",
                               ".qcow2", ".vmdk", ".vhd", ".vpc", ".vhdx", ".ova"}) {
        if (name.ends_with(ending)) {
            name.erase(name.size() - std::string_view(ending).size());
        }
    }
    return name.size() < 3 ? name + "-imported" : name.substr(0, 128);
}

std::map<std::string, std::string> tags_of(const ImportOptions& options) {
    std::map<std::string, std::string> tags;
    for (const std::string& tag : options.tags) {
        const auto equals = tag.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw base::Error("'" + tag + "' is no tag; expected KEY=VALUE");
        }
        tags[tag.substr(0, equals)] = tag.substr(equals + 1);
    }
    return tags;
}

disk_images::ImportRequest request_of(const ImportOptions& options, const daemon::Config& config) {
    disk_images::ImportRequest request;
    if (!options.format.empty()) {
        request.format = disk_images::parse_format(options.format);
        if (!request.format) {
            throw base::Error("there is no format '" + options.format +
                              "'; known: " + disk_images::format_names());
        }
    }
    request.limits.virtual_bytes =
        (options.max_disk_gib != 0 ? options.max_disk_gib : config.import_max_disk.in_gib()) << 30;
    request.token = options.token;
    request.name = options.name;
    request.description = options.description;
    request.architecture = options.architecture;
    request.boot_mode = options.boot_mode;
    request.container_only = options.container_only;
    request.tags = tags_of(options);
    return request;
}

void report(const disk_images::ImportedImage& imported, const std::string& region) {
    const auto& found = imported.inspection;
    std::printf("%s %s in %s: %s, %llu GiB, %s\n", imported.image.name.c_str(),
                imported.image.id.str().c_str(), region.c_str(),
                disk_images::name_of(imported.format),
                static_cast<unsigned long long>(imported.image.root_device().volume_size_gib),
                imported.image.architecture.c_str());
    std::printf("  system: %s\n", found.os ? found.os->pretty_name.c_str()
                                           : (found.platform == "Windows"
                                                  ? "Windows"
                                                  : "unknown: no os-release file could be read"));
    std::printf("  root: %s on %s\n", store::name_of(found.root_file_system),
                found.root->number == 0
                    ? "the whole disk"
                    : ("partition " + std::to_string(found.root->number)).c_str());
    std::printf("  boots: %s\n", found.boot_mode().empty() ? "as a container only: no boot code"
                                                           : found.boot_mode().c_str());
    std::printf("  stored: %s in %llu new chunks\n",
                base::ByteSize::bytes(imported.stats.new_bytes_stored).describe().c_str(),
                static_cast<unsigned long long>(imported.stats.new_chunks));
}

int check_only(disk_images::ImportRequest request, const std::string& location) {
    request.file = location;
    request.file_name = base::Path(location).filename().string();
    const auto format = disk_images::check_image(request);
    std::printf("%s: %s, nothing in its header speaks against importing it\n", location.c_str(),
                disk_images::name_of(format));
    return 0;
}

int import(ImportOptions options) {
    const StopSignals signals;
    const daemon::Config config = options.server.config();
    disk_images::ImportRequest request = request_of(options, config);
    if (options.check) {
        return check_only(std::move(request), options.location);
    }
    disk_images::ImageSource source{.location = options.location};
    if (!options.digest.empty()) {
        source.digest = disk_images::parse_digest(options.digest);
    }
    source.digest_list_url = options.digest_list;
    base::make_directories(config.data_directory, 0700);
    store::StoreOptions store_options;
    store_options.compression_level = config.compression_level;
    const daemon::DataLayout layout{config.data_directory};
    const std::string region = options.region.empty() ? config.regions.front() : options.region;
    store::RegionSet regions(
        layout.stores(), options.server_side ? std::vector{region} : config.regions, store_options);
    if (!options.server_side) {
        daemon::sweep_dead_imports(config, regions);
    }
    store::RegionStore& into = regions.at(region);

    ProgressLines lines;
    request.progress = [&](const std::string& stage, int percent) { lines(stage, percent); };
    request.stop = signals.token();
    disk_images::FetchRules rules;
    rules.allow_local_addresses = !options.server_side || options.allow_local_addresses;
    rules.most_bytes = request.limits.virtual_bytes;
    rules.progress = [&](int percent) { lines("fetching", percent); };
    rules.stop = signals.token();
    if (request.token.empty()) {
        base::SystemRandom random;
        request.token = "import/" + base::make_uuid(random);
    }
    const disk_images::Scratch scratch(layout.imports(), {region, request.token});
    if (request.name.empty()) {
        request.name = name_of_file(source.location.find("://") == std::string::npos
                                        ? base::Path(source.location).filename().string()
                                        : disk_images::file_name_of_url(source.location));
    }
    if (!options.server_side) {
        daemon::require_free_image_name(config, region, request.name);
    }
    const disk_images::ImageFile file = disk_images::obtain(source, scratch.path(), rules);
    request.file = file.path;
    request.file_name = file.file_name;
    request.source = file.shown;
    const auto imported = disk_images::import_image(request, into, scratch.path());
    if (!options.server_side) {
        daemon::publish_imported_image(config, regions, region, imported.image);
    }
    report(imported, region);
    return 0;
}

}  // namespace

void add_image_import(CLI::App& image, Run& run) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App* command = image.add_subcommand("import", "Make an image of a disk image");
    options->server.add_to(*command);
    command->add_option("source", options->location, "File, or http(s) URL")->required();
    command->add_option("--digest", options->digest, "sha256:HEX or sha512:HEX of the file");
    command->add_option("--digest-list", options->digest_list,
                        "URL of a list as sha256sum writes it that names the file");
    command->add_option("--format", options->format,
                        "raw, qcow2, vmdk, vhd, vhdx, ova or tar (default: by name and content)");
    command->add_option("--name", options->name, "Name of the image (default: the file's)");
    command->add_option("--description", options->description, "Shown with the image");
    command->add_option("--tag", options->tags, "KEY=VALUE, any number of times");
    command->add_option("--region", options->region, "Where it is stored (default: the first)");
    command
        ->add_option("--architecture", options->architecture, "x86_64 or arm64 (default: as found)")
        ->check(CLI::IsMember({"x86_64", "arm64"}));
    command
        ->add_option("--boot-mode", options->boot_mode,
                     "legacy-bios, uefi or uefi-preferred (default: as found)")
        ->check(CLI::IsMember({"legacy-bios", "uefi", "uefi-preferred"}));
    command->add_option("--max-disk-gib", options->max_disk_gib,
                        "Largest disk that is taken (default: import_max_disk_gib, 2048)");
    command->add_flag("--container-only", options->container_only,
                      "Take a disk that has no boot code");
    command->add_flag("--check", options->check, "Only check the file's header, store nothing");
    command->add_option("--token", options->token)->group("");
    command->add_flag("--server", options->server_side)->group("");
    command->add_flag("--allow-local-addresses", options->allow_local_addresses)->group("");
    command->callback([options, &run] { run = [options] { return import(*options); }; });
}

}  // namespace goldsmith::cli
