#include <fcntl.h>

#include <map>
#include <vector>

#include "disk_images/archive.h"
#include "disk_images/digest.h"
#include "disk_images/ova.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kMaxText = 1 << 20;
constexpr unsigned kMaxMembers = 100;

bool is_disk_name(const std::string& name) {
    for (const Format format : formats_of_name(name)) {
        if (format != Format::ova && format != Format::tar) {
            return true;
        }
    }
    return false;
}

// What `ovf:href="..."` names must be a member of the archive and nothing else.
void check_references(const std::string& description) {
    constexpr std::string_view key = "href=\"";
    for (auto at = description.find(key); at != std::string::npos;
         at = description.find(key, at + 1)) {
        const auto begin = at + key.size();
        const auto end = description.find('"', begin);
        const std::string name = description.substr(begin, end - begin);
        if (end == std::string::npos || name.find_first_of("/\\:") != std::string::npos) {
            throw ImageRefused("the OVF refers to " + in_quotes(name) +
                               ", which is not a file of the OVA; it is never opened");
        }
    }
}

class OvaReader {
public:
    OvaReader(const base::Path& ova, const base::Path& folder, std::stop_token stop)
        : archive_(ova, ArchiveReader::Compression::none),
          size_(std::filesystem::file_size(ova)),
          folder_(folder),
          stop_(std::move(stop)) {}

    OvaDisk take() {
        for (unsigned members = 0; archive_.next(); ++members) {
            if (members == kMaxMembers) {
                throw ImageRefused("the OVA has more than " + std::to_string(kMaxMembers) +
                                   " members");
            }
            take_member();
        }
        if (description_.empty()) {
            throw ImageRefused("the OVA holds no description of a machine (.ovf)");
        }
        check_references(description_);
        if (disks_.size() != 1) {
            throw ImageRefused("the OVA holds " + std::to_string(disks_.size()) +
                               " disks; an image is made of exactly one");
        }
        check_manifest();
        return {disk_file(), disk_format(), disks_.front()};
    }

private:
    void take_member() {
        const std::string name = archive_.name();
        if (name.find('/') != std::string::npos || !archive_.is_regular_file()) {
            throw ImageRefused("the OVA has a member " + in_quotes(name) +
                               " that is no plain file at its top");
        }
        if (archive_.size() > size_) {
            throw ImageRefused("the OVA is truncated: its member " + in_quotes(name) + " has " +
                               std::to_string(archive_.size()) + " bytes, more than the archive");
        }
        if (name.ends_with(".ovf")) {
            description_ = archive_.read_all(kMaxText);
        } else if (name.ends_with(".mf")) {
            manifest_ = archive_.read_all(kMaxText);
        } else if (is_disk_name(name)) {
            disks_.push_back(name);
            if (disks_.size() == 1) {
                write_disk();
            }
        }
    }

    base::Path disk_file() const { return folder_ / "ova-disk"; }

    void write_disk() {
        const base::Fd fd = base::open_file(disk_file(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        std::vector<char> buffer(1 << 20);
        std::uint64_t written = 0;
        while (const std::size_t got = archive_.read(buffer.data(), buffer.size())) {
            written += got;
            if (stop_.stop_requested()) {
                throw base::Error("stopped on request");
            }
            if (written > size_) {
                throw ImageRefused("the disk in the OVA is larger than the archive");
            }
            for (auto& [kind, digester] : digesters_) {
                digester.update(buffer.data(), got);
            }
            base::write_all(fd.get(), {buffer.data(), got});
        }
    }

    void check_manifest() {
        const auto expected = find_digest(manifest_, disks_.front());
        if (expected) {
            require_digest(*expected, digesters_.at(expected->kind).finish(),
                           in_quotes(disks_.front()) + " in the OVA");
        }
    }

    Format disk_format() const {
        const FileBytes disk(disk_file());
        return recognise(disk, disks_.front(), std::nullopt);
    }

    static std::map<DigestKind, Digester> digesters() {
        std::map<DigestKind, Digester> map;
        for (const auto kind : {DigestKind::sha1, DigestKind::sha256, DigestKind::sha512}) {
            map.emplace(kind, Digester(kind));
        }
        return map;
    }

    ArchiveReader archive_;
    std::uint64_t size_;
    base::Path folder_;
    std::stop_token stop_;
    std::string description_;
    std::string manifest_;
    std::vector<std::string> disks_;
    std::map<DigestKind, Digester> digesters_ = digesters();
};

}  // namespace

OvaDisk take_disk_from_ova(const base::Path& ova, const base::Path& folder, std::stop_token stop) {
    return OvaReader(ova, folder, std::move(stop)).take();
}

}  // namespace goldsmith::disk_images
