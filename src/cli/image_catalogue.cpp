// goldsmith image catalogue | pull: the managed base images that there are, and making or fetching
// one. The daemon starts the same pull for the first build on one.
#include "cli/image_catalogue.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "catalogue/entry.h"
#include "catalogue/pull.h"
#include "cli/server_options.h"
#include "cli/stop_signals.h"
#include "daemon/data_directory.h"
#include "daemon/managed_images.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

struct CatalogueOptions {
    ServerOptions server;
    std::string name;
    std::string region;
    std::string mirror;
    bool plain = false;
    bool refresh = false;
};

store::RegionSet open_regions(const daemon::Config& config) {
    store::StoreOptions options;
    options.compression_level = config.compression_level;
    return {daemon::DataLayout{config.data_directory}.stores(), config.regions, options};
}

std::string newest_version(const catalogue::CatalogueEntry& entry, const daemon::Config& config,
                           store::RegionSet& regions, const std::string& only_region) {
    for (const std::string& region : regions.names()) {
        if (!only_region.empty() && region != only_region) {
            continue;
        }
        const auto pulled =
            catalogue::pulled_images(entry, config.data_directory, regions.at(region));
        if (!pulled.empty()) {
            return pulled.front().facts.version;
        }
    }
    return "-";
}

int list(const CatalogueOptions& options) {
    const daemon::Config config = options.server.config();
    store::RegionSet regions = open_regions(config);
    std::printf("%-18s %-26s %-10s %-18s %s\n", "NAME", "MANAGED IMAGE", "HOW", "HERE", "SYSTEM");
    for (const catalogue::CatalogueEntry& entry : catalogue::catalogue()) {
        std::printf("%-18s %-26s %-10s %-18s %s\n", entry.alias.c_str(), entry.name.c_str(),
                    entry.cloud_image ? "fetched" : "installed",
                    newest_version(entry, config, regions, options.region).c_str(),
                    entry.title.c_str());
    }
    return 0;
}

std::string known_entries() {
    std::string names;
    for (const catalogue::CatalogueEntry& entry : catalogue::catalogue()) {
        names += (names.empty() ? "" : ", ") + entry.alias;
    }
    return names;
}

const std::string& mirror_of(const catalogue::CatalogueEntry& entry,
                             const CatalogueOptions& options, const daemon::Config& config) {
    if (!options.mirror.empty()) {
        return options.mirror;
    }
    return entry.cloud_image ? config.image_mirror : config.debian_mirror;
}

int pull(const CatalogueOptions& options) {
    const auto entry = catalogue::find_entry(options.name);
    if (!entry) {
        throw base::Error("there is no managed image '" + options.name +
                          "'; known: " + known_entries());
    }
    const StopSignals signals;
    const daemon::Config config = options.server.config();
    base::make_directories(config.data_directory, 0700);
    store::RegionSet regions = open_regions(config);
    catalogue::PullOptions pulling;
    pulling.refresh = options.refresh;
    pulling.build.mirror = mirror_of(*entry, options, config);
    pulling.build.stop = signals.token();
    pulling.build.progress = [](const std::string& line) {
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
    };
    const std::string region = options.region.empty() ? config.regions.front() : options.region;
    const catalogue::PulledImage pulled =
        catalogue::pull(*entry, config.data_directory, regions.at(region), pulling);
    daemon::publish_managed_images(config);
    std::printf("%s %s in %s: %s (%s)\n", entry->name.c_str(), pulled.facts.version.c_str(),
                region.c_str(), pulled.image.id.str().c_str(),
                pulled.already_there ? "was there already" : "new");
    return 0;
}

}  // namespace

void add_image_catalogue(CLI::App& image, Run& run) {
    auto options = std::make_shared<CatalogueOptions>();
    const auto add = [&](const char* name, const char* help,
                         int (*function)(const CatalogueOptions&)) {
        CLI::App* command = image.add_subcommand(name, help);
        options->server.add_to(*command);
        command->add_option("--region", options->region, "Only this region");
        command->callback([options, &run, function] { run = [=] { return function(*options); }; });
        return command;
    };
    add("catalogue", "List the managed base images that can be pulled, and which are here", list);
    CLI::App* pulling = add("pull", "Make, fetch or update a managed base image", pull);
    pulling->add_option("name", options->name, "Such as debian-12 or ubuntu-24.04")->required();
    pulling->add_option("--mirror", options->mirror,
                        "Debian mirror (default: the host's own apt configuration); for images "
                        "that are fetched, a folder with copies by host, as wget --mirror makes "
                        "them (default: where their distribution publishes them)");
    pulling->add_flag("--refresh", options->refresh, "Make a new version although one is there");
    pulling->add_flag("--plain", options->plain, "Plain lines (they always are)");
}

}  // namespace goldsmith::cli
