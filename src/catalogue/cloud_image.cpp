#include "catalogue/cloud_image.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "disk_images/raw_disk.h"
#include "disk_images/refusal.h"
#include "disk_images/source.h"
#include "disk_images/url.h"

namespace goldsmith::catalogue {
namespace {

constexpr std::uint64_t kMaxList = 4 << 20;
constexpr std::uint64_t kMaxFile = 64ULL << 30;
constexpr std::uint64_t kMaxDisk = 256ULL << 30;

std::string list_name(const CloudImage& image) {
    constexpr std::string_view place = "{name}";
    std::string name = image.digest_list;
    if (const auto at = name.find(place); at != std::string::npos) {
        name.replace(at, place.size(), image.name);
    }
    return name;
}

// It becomes a part of a URL and of a path.
bool is_plain_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '+' || c == '~';
    });
}

// Where an image is fetched and converted. One pull at a time works on an entry (pull.h), so what
// is there at the beginning is left of one that was killed.
class FetchFolder {
public:
    explicit FetchFolder(base::Path path) : path_(std::move(path)) {
        std::filesystem::remove_all(path_);
        base::make_directories(path_, 0700);
    }
    FetchFolder(const FetchFolder&) = delete;
    FetchFolder& operator=(const FetchFolder&) = delete;
    ~FetchFolder() {
        std::error_code ignored;  // the next pull removes it
        std::filesystem::remove_all(path_, ignored);
    }

    const base::Path& path() const { return path_; }

private:
    base::Path path_;
};

class Fetcher {
public:
    Fetcher(const CatalogueEntry& entry, const BuildOptions& options)
        : entry_(entry),
          image_(*entry.cloud_image),
          options_(options),
          folder_(folder_on_mirror(image_.folder, options.mirror)) {}

    BaseImage fetch() {
        const auto newest = published();
        const std::string digest = newest.digest.text();
        if (std::ranges::find(options_.known_digests, digest) != options_.known_digests.end()) {
            BaseImage unchanged;
            unchanged.facts.digest = digest;
            return unchanged;
        }
        const FetchFolder scratch(options_.work_directory / "fetch");
        const auto disk = raw_disk(newest, scratch.path());
        const auto kept = options_.work_directory / "disk.raw";
        std::filesystem::rename(disk.path, kept);
        return {.disk = kept, .facts = facts_of(disk, newest)};
    }

private:
    disk_images::NamedDigest published() const {
        const std::string url = folder_ + list_name(image_);
        auto rules = fetch_rules();
        rules.https_only = options_.mirror.empty();
        const auto newest = newest_image(image_, disk_images::download_text(url, kMaxList, rules));
        if (!newest) {
            throw base::Error("the list of digests " + disk_images::shown_url(url) + " names no " +
                              disk_images::in_quotes(image_.name));
        }
        return *newest;
    }

    // A mirror is named by whoever runs this server; everything else is out in the world.
    disk_images::FetchRules fetch_rules() const {
        disk_images::FetchRules rules;
        rules.allow_local_addresses = !options_.mirror.empty();
        rules.most_bytes = kMaxFile;
        rules.stop = options_.stop;
        return rules;
    }

    disk_images::RawDisk raw_disk(const disk_images::NamedDigest& newest,
                                  const base::Path& scratch) {
        auto rules = fetch_rules();
        rules.progress = [this, &newest](int percent) { say("fetching " + newest.name, percent); };
        const auto file = disk_images::obtain(
            {.location = folder_ + newest.name, .digest = newest.digest}, scratch, rules);
        disk_images::DiskRequest request;
        request.file = file.path;
        request.file_name = file.file_name;
        request.format = disk_images::parse_format(image_.format);
        request.limits.virtual_bytes = kMaxDisk;
        request.progress = [this](const std::string& stage, int percent) { say(stage, percent); };
        request.stop = options_.stop;
        auto disk = disk_images::make_raw_disk(request, scratch);
        const auto& architecture = disk.inspection.architecture;
        if (!architecture.empty() && architecture != entry_.ec2_architecture) {
            throw disk_images::ImageRefused(disk_images::in_quotes(newest.name) + " is for " +
                                            architecture + " and should be for " +
                                            entry_.ec2_architecture);
        }
        return disk;
    }

    BaseImageFacts facts_of(const disk_images::RawDisk& disk,
                            const disk_images::NamedDigest& newest) const {
        const auto& found = disk.inspection;
        BaseImageFacts facts;
        facts.os_name = entry_.os_name;
        // What a file system that cannot be read here calls itself is not known.
        facts.os_version =
            found.os && !found.os->version_id.empty() ? found.os->version_id : entry_.os_version;
        facts.version = version_of_fetched(facts.os_version, options_.now);
        facts.architecture = entry_.ec2_architecture;
        facts.disk_bytes = std::filesystem::file_size(options_.work_directory / "disk.raw");
        facts.root_offset_bytes = found.root->offset;
        facts.root_length_bytes = found.root->length;
        facts.boot_mode = found.boot_mode();
        facts.source = disk_images::shown_url(folder_ + newest.name);
        facts.digest = newest.digest.text();
        return facts;
    }

    // One line for each tenth of a stage.
    void say(const std::string& stage, int percent) {
        const std::string line = stage + ": " + std::to_string(percent / 10 * 10) + "%";
        if (options_.progress && line != said_) {
            said_ = line;
            options_.progress(line);
        }
    }

    const CatalogueEntry& entry_;
    const CloudImage& image_;
    const BuildOptions& options_;
    std::string folder_;
    std::string said_;
};

}  // namespace

std::optional<disk_images::NamedDigest> newest_image(const CloudImage& image,
                                                     std::string_view digest_list) {
    if (image.digest_list.find("{name}") != std::string::npos) {
        const auto digest = disk_images::find_digest(digest_list, image.name);
        return digest ? std::optional(disk_images::NamedDigest{image.name, *digest}) : std::nullopt;
    }
    std::optional<disk_images::NamedDigest> newest;
    for (auto& named : disk_images::digests_in(digest_list)) {
        const bool fits = ::fnmatch(image.name.c_str(), named.name.c_str(), FNM_PATHNAME) == 0 &&
                          is_plain_name(named.name) &&
                          named.digest.kind != disk_images::DigestKind::sha1;
        if (fits && (!newest || ::strverscmp(named.name.c_str(), newest->name.c_str()) > 0)) {
            newest = std::move(named);
        }
    }
    return newest;
}

std::string folder_on_mirror(const std::string& folder, const std::string& mirror) {
    if (mirror.empty()) {
        return folder;
    }
    const auto host = folder.find("://") + 3;
    return mirror + (mirror.ends_with('/') ? "" : "/") + folder.substr(host);
}

std::string version_of_fetched(const std::string& os_version,
                               std::chrono::system_clock::time_point now) {
    std::string parts[2] = {"", ""};
    std::size_t part = 0;
    for (const char c : os_version) {
        if (c >= '0' && c <= '9' && part < 2) {
            parts[part] += c;
        } else if (c == '.') {
            ++part;
        }
    }
    std::string version;
    for (const std::string& digits : parts) {
        const auto first = digits.find_first_not_of('0');
        version += (first == std::string::npos ? "0" : digits.substr(first, 9)) + ".";
    }
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm day{};
    ::gmtime_r(&seconds, &day);
    char date[16];
    std::strftime(date, sizeof(date), "%Y%m%d", &day);
    return version + date;
}

BaseImage fetch_base_image(const CatalogueEntry& entry, const BuildOptions& options) {
    try {
        return Fetcher(entry, options).fetch();
    } catch (...) {
        std::throw_with_nested(
            BaseImageError("cannot fetch the base image " + entry.name +
                           (options.mirror.empty() ? " (image_mirror in the configuration file, or "
                                                     "--mirror, names a copy nearer by)"
                                                   : "")));
    }
}

}  // namespace goldsmith::catalogue
