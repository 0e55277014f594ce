// goldsmith image ls | export; import, pull, catalogue and diff are files of their own
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/byte_size.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/command_line.h"
#include "cli/image_catalogue.h"
#include "cli/image_diff.h"
#include "cli/image_import.h"
#include "cli/image_reference.h"
#include "cli/server_options.h"
#include "daemon/data_directory.h"
#include "disk_images/export.h"
#include "store/disk_cache.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

struct ImageOptions {
    ServerOptions server;
    std::string reference;
    std::string region;
    std::string output;
    std::string format;
};

store::RegionSet open_regions(const daemon::Config& config) {
    store::StoreOptions options;
    options.compression_level = config.compression_level;
    return {daemon::DataLayout{config.data_directory}.stores(), config.regions, options};
}

int list(const ImageOptions& options) {
    store::RegionSet regions = open_regions(options.server.config());
    std::printf("%-12s %-22s %-25s %8s  %s\n", "REGION", "IMAGE", "CREATED", "SIZE", "NAME");
    for (const std::string& region : regions.names()) {
        for (const store::ImageId& id : regions.at(region).images()) {
            const auto image = regions.at(region).find_image(id);
            if (!image || (!options.region.empty() && options.region != region)) {
                continue;
            }
            const auto created =
                base::format_iso8601(base::Time(std::chrono::milliseconds(image->created_ms)));
            std::printf("%-12s %-22s %-25s %4llu GiB  %s\n", region.c_str(),
                        image->id.str().c_str(), created.c_str(),
                        static_cast<unsigned long long>(image->root_device().volume_size_gib),
                        image->name.c_str());
        }
    }
    return 0;
}

disk_images::Format format_of(const ImageOptions& options) {
    std::optional<disk_images::Format> format;
    if (!options.format.empty()) {
        format = disk_images::parse_format(options.format);
    } else if (const auto named = disk_images::formats_of_name(options.output); !named.empty()) {
        format = named.front();
    }
    if (!format || !disk_images::is_written(*format)) {
        throw base::Error("cannot tell in which format to export; name it with --format (" +
                          disk_images::written_format_names() + ")");
    }
    return *format;
}

int export_image(const ImageOptions& options) {
    const daemon::Config config = options.server.config();
    const daemon::DataLayout layout{config.data_directory};
    const disk_images::Format format = format_of(options);
    store::RegionSet regions = open_regions(config);
    const FoundImage found = find_image(regions, options.region, options.reference);
    store::DiskCache cache(layout.cache(), {config.disk_cache_size.in_bytes(), 8});
    const store::ExportResult result =
        disk_images::export_image(regions.at(found.region), cache, found.image, format,
                                  std::filesystem::absolute(options.output));
    std::printf("%s  %s  sha256:%s\n", result.path.c_str(),
                base::ByteSize::bytes(result.bytes).describe().c_str(), result.sha256.c_str());
    return 0;
}

}  // namespace

void add_image(CLI::App& app, Run& run) {
    auto options = std::make_shared<ImageOptions>();
    CLI::App* command = app.add_subcommand("image", "List, pull, import and export images");
    command->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, int (*function)(const ImageOptions&)) {
        CLI::App* sub = command->add_subcommand(name, help);
        options->server.add_to(*sub);
        sub->add_option("--region", options->region, "Only this region");
        sub->callback([options, &run, function] { run = [=] { return function(*options); }; });
        return sub;
    };
    add_image_import(*command, run);
    add_image_catalogue(*command, run);
    add_image_diff(*command, run);
    add("ls", "List the images of every region", list);
    CLI::App* exporting = add("export", "Write an image's disk to a file", export_image);
    exporting->add_option("image", options->reference, "AMI id, image ARN or name")->required();
    exporting->add_option("output", options->output, "File to write")->required();
    exporting->add_option("--format", options->format,
                          "raw, qcow2, vmdk, vhd or ova (default: by the file's name)");
}

}  // namespace goldsmith::cli
