#include "catalogue/pull.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "catalogue/cloud_image.h"
#include "store/ingest.h"

namespace goldsmith::catalogue {
namespace {

constexpr const char* kRootDevice = "/dev/xvda";

base::Path folder_of(const CatalogueEntry& entry, const base::Path& data_directory) {
    return data_directory / "catalogue" / entry.name;
}

std::string token_of(const CatalogueEntry& entry, const std::string& version) {
    return "managed-image/" + entry.name + "/" + version;
}

// "12.9.1" before "12.15.1": by number, not by character.
std::vector<unsigned long> numbers_of(const std::string& version) {
    std::vector<unsigned long> numbers;
    std::istringstream stream(version);
    for (std::string part; std::getline(stream, part, '.');) {
        numbers.push_back(std::strtoul(part.c_str(), nullptr, 10));
    }
    return numbers;
}

// Removes the disk that was built once it is in the store, or could not be stored.
class DiskFile {
public:
    explicit DiskFile(base::Path path) : path_(std::move(path)) {}
    DiskFile(const DiskFile&) = delete;
    DiskFile& operator=(const DiskFile&) = delete;
    ~DiskFile() {
        std::error_code ignored;  // the next pull makes the same file again
        std::filesystem::remove(path_, ignored);
    }

    const base::Path& path() const { return path_; }

private:
    base::Path path_;
};

store::SnapshotManifest store_disk(const CatalogueEntry& entry, const BaseImage& built,
                                   store::RegionStore& region) {
    store::IngestRequest request{
        .id = store::SnapshotId::from_token(token_of(entry, built.facts.version)),
        .extents = {},
        .parent = {},
        .description = entry.title + " " + built.facts.version,
        .progress = {}};
    {
        const auto disk = base::open_file(built.disk, O_RDONLY);
        request.extents = store::data_extents(disk.get());
    }
    return store::ingest(region, *store::open_raw_disk(built.disk), request).manifest;
}

store::ImageManifest manifest_of(const CatalogueEntry& entry, const BaseImageFacts& facts,
                                 const store::SnapshotManifest& snapshot) {
    store::ImageManifest image{
        .id = store::ImageId::from_token(token_of(entry, facts.version)),
        .name = entry.name + "-" + facts.version,
        .description = facts.source.empty()
                           ? entry.title + ", made from the packages of " + facts.version
                           : entry.title + ", fetched from " + facts.source,
        .architecture = entry.ec2_architecture,
        .boot_mode = facts.boot_mode,
        .root_device_name = kRootDevice,
        .block_devices = {},
        .tags = {},
        .source = entry.name + "/" + facts.version,
        .created_ms = snapshot.created_ms};
    image.block_devices.push_back({.device_name = kRootDevice,
                                   .snapshot = snapshot.id,
                                   .volume_size_gib = snapshot.volume_size_gib()});
    return image;
}

}  // namespace

BaseImage make_base_image(const CatalogueEntry& entry, const BuildOptions& options) {
    return entry.cloud_image ? fetch_base_image(entry, options) : build_base_image(entry, options);
}

std::vector<PulledImage> pulled_images(const CatalogueEntry& entry,
                                       const base::Path& data_directory,
                                       const store::RegionStore& region) {
    std::vector<PulledImage> images;
    const auto folder = folder_of(entry, data_directory);
    for (const auto& name : base::list_directory(folder)) {
        if (!name.ends_with(".json"))
            continue;
        auto facts = decode_base_image_facts(base::read_file(folder / name));
        auto image = region.find_image(store::ImageId::from_token(token_of(entry, facts.version)));
        if (image)
            images.push_back({*std::move(image), std::move(facts), true});
    }
    std::sort(images.begin(), images.end(), [](const PulledImage& a, const PulledImage& b) {
        return numbers_of(a.facts.version) > numbers_of(b.facts.version);
    });
    return images;
}

PulledImage pull(const CatalogueEntry& entry, const base::Path& data_directory,
                 store::RegionStore& region, const PullOptions& options) {
    const auto folder = folder_of(entry, data_directory);
    base::make_directories(folder);
    const auto lock = base::FileLock::acquire(folder / "lock");
    const auto before = pulled_images(entry, data_directory, region);
    if (!before.empty() && !options.refresh)
        return before.front();

    auto build = options.build;
    if (build.work_directory.empty())
        build.work_directory = folder / "work";
    for (const auto& known : before) {
        if (!known.facts.digest.empty())
            build.known_digests.push_back(known.facts.digest);
    }
    const auto built = options.builder(entry, build);
    const DiskFile disk(built.disk);
    for (const auto& known : before) {
        const bool unchanged = built.disk.empty() && known.facts.digest == built.facts.digest;
        if (unchanged || known.facts.version == built.facts.version)
            return known;
    }
    if (build.progress)
        build.progress("storing the disk");
    const auto snapshot = store_disk(entry, built, region);
    // The image last: whoever sees it finds all of it.
    base::write_file_atomically(folder / (built.facts.version + ".json"), encode(built.facts));
    const auto image = manifest_of(entry, built.facts, snapshot);
    region.put_image(image);
    return {image, built.facts, false};
}

}  // namespace goldsmith::catalogue
