#include "actions/base_images.h"

#include <fcntl.h>

#include "api/version.h"
#include "base/error.h"
#include "catalogue/entry.h"
#include "catalogue/pull.h"
#include "store/region_set.h"
#include "store/replicate.h"

namespace goldsmith::actions {

struct BaseImages::Pull {
    base::Child child;
    base::Path log_file;

    std::string last_line() const {
        const std::string text = base::read_file_if_exists(log_file).value_or("");
        const std::size_t end = text.find_last_not_of('\n');
        if (end == std::string::npos) {
            return "starting";
        }
        const std::size_t begin = text.rfind('\n', end);
        return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
    }
};

BaseImages::BaseImages(
    store::RegionSet& regions, base::Path data_directory,
    std::function<base::Command(const std::string&, const std::string&)> pull_command,
    std::function<void()> pulled)
    : regions_(regions),
      data_directory_(std::move(data_directory)),
      pull_command_(std::move(pull_command)),
      pulled_(std::move(pulled)) {}

BaseImages::~BaseImages() = default;

std::variant<std::monostate, BaseImageReady> BaseImages::find(const std::string& name,
                                                              const std::string& version,
                                                              const std::string& region) {
    const auto entry = catalogue::find_entry(name);
    const auto pattern = api::VersionPattern::parse(version);
    if (!entry || !pattern) {
        throw base::Error("there is no managed image '" + name + "' of version " + version);
    }
    const auto newest_in = [&](const std::string& where) -> std::optional<store::ImageManifest> {
        for (const auto& pulled :
             catalogue::pulled_images(*entry, data_directory_, regions_.at(where))) {
            const auto found = api::parse_version(pulled.facts.version);
            if (found && pattern->matches(*found)) {
                return pulled.image;
            }
        }
        return std::nullopt;
    };
    if (auto image = newest_in(region)) {
        return BaseImageReady{std::move(*image)};
    }
    for (const std::string& other : regions_.names()) {
        const auto image = other == region ? std::nullopt : newest_in(other);
        if (image) {
            for (const store::BlockDevice& device : image->block_devices) {
                store::copy_snapshot(regions_.at(other), regions_.at(region), device.snapshot);
            }
            regions_.at(region).put_image(*image);
            return BaseImageReady{*image};
        }
    }
    return std::monostate{};
}

BaseImageState BaseImages::get(const std::string& name, const std::string& version,
                               const std::string& region) {
    auto pulls = pulls_.lock();
    bool just_pulled = false;
    const auto running = pulls->find(name);
    if (running != pulls->end()) {
        const auto status = running->second->child.poll();
        if (!status) {
            return BaseImagePulling{running->second->last_line()};
        }
        const std::string last_line = running->second->last_line();
        pulls->erase(running);
        if (!status->success()) {
            return BaseImageFailed{"making the base image " + name + " failed: " + last_line};
        }
        pulled_();
        just_pulled = true;
    }
    auto found = find(name, version, region);
    if (auto* ready = std::get_if<BaseImageReady>(&found)) {
        return std::move(*ready);
    }
    if (just_pulled) {
        return BaseImageFailed{"there is no version " + version + " of the managed image " + name +
                               " in " + region +
                               "; 'goldsmith image catalogue' shows which one is"};
    }
    const base::Path logs = data_directory_ / "catalogue";
    base::make_directories(logs);
    const base::Path log_file = logs / ("pull-" + name + ".log");
    const base::Fd log = base::open_file(log_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    pulls->emplace(name, std::make_unique<Pull>(
                             Pull{base::spawn(pull_command_(name, region), options), log_file}));
    return BaseImagePulling{"starting"};
}

}  // namespace goldsmith::actions
