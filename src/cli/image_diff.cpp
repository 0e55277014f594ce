// goldsmith image diff A B: packages, units and files that B has more, less or otherwise. Nothing
// is mounted and nothing is started.
#include "cli/image_diff.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "cli/image_reference.h"
#include "cli/server_options.h"
#include "cli/stop_signals.h"
#include "contents/difference.h"
#include "contents/difference_report.h"
#include "daemon/data_directory.h"
#include "disk_images/raw_disk.h"
#include "disk_images/scratch.h"
#include "store/disk_cache.h"
#include "store/region_set.h"
#include "store/restore.h"

namespace goldsmith::cli {

namespace {

struct DiffOptions {
    ServerOptions server;
    std::string before;
    std::string after;
    std::string region;
    std::string output = "text";
    std::string below = "/";
    bool all_content = false;
};

/// One of the two as a raw disk that stays while this lives.
struct Side {
    std::string shown;
    base::Path disk;
    std::optional<store::CachedDisk> cached;
};

class Sides {
public:
    Sides(const DiffOptions& options, const daemon::Config& config, std::stop_token stop)
        : options_(options),
          config_(config),
          layout_{config.data_directory},
          regions_(layout_.stores(), config.regions),
          cache_(layout_.cache(), {config.disk_cache_size.in_bytes(), 8}),
          scratch_(layout_.imports(), {config.regions.front(), token()}),
          stop_(std::move(stop)) {}

    Side open(const std::string& reference, const std::string& name) {
        if (std::filesystem::is_regular_file(reference)) {
            return of_file(reference, name);
        }
        const FoundImage found = find_image(regions_, options_.region, reference);
        Side side{.shown = found.image.name + " (" + found.image.id.str() + ")",
                  .disk = scratch_.path() / (name + ".raw"),
                  .cached = {}};
        const store::RegionStore& region = regions_.at(found.region);
        const auto& snapshot = found.image.root_device().snapshot;
        side.cached = cache_.find(region.snapshot(snapshot));
        if (side.cached && side.cached->format() == "raw") {
            side.disk = side.cached->path();
        } else {
            store::restore(region, snapshot, side.disk);
        }
        return side;
    }

private:
    static std::string token() {
        base::SystemRandom random;
        return "diff/" + base::make_uuid(random);
    }

    Side of_file(const std::string& file, const std::string& name) const {
        const base::Path folder = scratch_.path() / name;
        base::make_directories(folder, 0700);
        disk_images::DiskRequest request;
        request.file = std::filesystem::absolute(file);
        request.file_name = request.file.filename().string();
        request.container_only = true;
        request.limits.virtual_bytes = config_.import_max_disk.in_bytes();
        request.stop = stop_;
        return {
            .shown = file, .disk = disk_images::make_raw_disk(request, folder).path, .cached = {}};
    }

    const DiffOptions& options_;
    const daemon::Config& config_;
    daemon::DataLayout layout_;
    store::RegionSet regions_;
    store::DiskCache cache_;
    disk_images::Scratch scratch_;
    std::stop_token stop_;
};

contents::ExtFiles root_of(const Side& side, std::stop_token stop) {
    try {
        return contents::open_root(side.disk, std::move(stop));
    } catch (...) {
        base::throw_with_context("cannot look into " + side.shown);
    }
}

contents::CompareOptions compare_options(const DiffOptions& options) {
    contents::CompareOptions compare;
    compare.all_content = options.all_content;
    compare.below = options.below;
    while (compare.below.size() > 1 && compare.below.ends_with('/')) {
        compare.below.pop_back();
    }
    if (!compare.below.starts_with('/')) {
        throw base::Error("--below wants an absolute path, not '" + options.below + "'");
    }
    return compare;
}

int diff(const DiffOptions& options) {
    const StopSignals signals;
    const daemon::Config config = options.server.config();
    const contents::CompareOptions compare = compare_options(options);
    Sides sides(options, config, signals.token());
    const Side before = sides.open(options.before, "before");
    const Side after = sides.open(options.after, "after");
    const contents::Difference difference = contents::compare(
        root_of(before, signals.token()), root_of(after, signals.token()), compare);
    const std::string report =
        options.output == "json"
            ? contents::as_json(difference, before.shown, after.shown)
            : before.shown + " -> " + after.shown + "\n" + contents::as_text(difference);
    std::fputs(report.c_str(), stdout);
    return 0;
}

}  // namespace

void add_image_diff(CLI::App& image, Run& run) {
    auto options = std::make_shared<DiffOptions>();
    CLI::App* command =
        image.add_subcommand("diff", "Packages, units and files by which two images differ");
    options->server.add_to(*command);
    command->add_option("before", options->before, "AMI id, image ARN, name or file")->required();
    command->add_option("after", options->after, "The same of the other image")->required();
    command->add_option("--region", options->region, "Only this region");
    command->add_option("--output", options->output, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->add_option("--below", options->below, "Only files below this folder")
        ->capture_default_str();
    command->add_flag("--all-content", options->all_content,
                      "Read every file, also those of the same size and time");
    command->callback([options, &run] { run = [options] { return diff(*options); }; });
}

}  // namespace goldsmith::cli
