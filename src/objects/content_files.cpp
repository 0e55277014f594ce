#include "objects/content_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>

#include "base/checksum.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/pending_file.h"

namespace goldsmith::objects {

namespace json = boost::json;

namespace {

constexpr std::size_t piece_bytes = 1UL << 20;
constexpr std::size_t name_bytes = 16;

class Digests {
public:
    explicit Digests(const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            if (auto one = base::make_checksum(name)) {
                all_.emplace(name, std::move(one));
            }
        }
    }
    void update(std::string_view bytes) {
        for (auto& [name, one] : all_) {
            one->update(bytes);
        }
    }
    std::map<std::string, std::string> finish() {
        std::map<std::string, std::string> found;
        for (auto& [name, one] : all_) {
            found[name] = one->finish();
        }
        return found;
    }

private:
    std::map<std::string, std::unique_ptr<base::Checksum>> all_;
};

}  // namespace

std::string to_json_text(const std::vector<ContentFile>& files) {
    json::array list;
    for (const ContentFile& file : files) {
        list.push_back({{"file", file.name}, {"size", file.size_bytes}});
    }
    return json::serialize(list);
}

std::vector<ContentFile> files_from_json(const std::string& text) {
    std::vector<ContentFile> files;
    const json::value list = json::parse(text);
    for (const json::value& each : list.as_array()) {
        files.push_back(
            {std::string(each.at("file").as_string()), each.at("size").to_number<std::uint64_t>()});
    }
    return files;
}

/// The source behind open(): one file after the other, each pinned until the source goes.
class Reading final : public base::ByteSource {
public:
    Reading(std::shared_ptr<ContentFiles> owner, std::vector<ContentFile> files,
            std::uint64_t offset, std::uint64_t length)
        : owner_(std::move(owner)), files_(std::move(files)), offset_(offset), left_(length) {
        for (const ContentFile& file : files_) {
            owner_->pin(file.name);
        }
        try {
            open_next();
        } catch (...) {
            release();
            throw;
        }
    }
    ~Reading() override { release(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    std::size_t read(char* to, std::size_t most) override {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
        if (wanted == 0) {
            return 0;
        }
        std::size_t got = 0;
        while ((got = source_ ? source_->read(to, wanted) : 0) == 0) {
            if (at_ == files_.size()) {
                throw base::Error("a stored object is shorter than it should be");
            }
            open_next();
        }
        left_ -= got;
        return got;
    }

private:
    void open_next() {
        while (at_ < files_.size() && offset_ >= files_[at_].size_bytes) {
            offset_ -= files_[at_++].size_bytes;
        }
        if (at_ == files_.size()) {
            source_.reset();
            return;
        }
        const ContentFile& file = files_[at_++];
        auto fd = std::make_shared<base::Fd>(
            base::open_file(owner_->path_of(file.name), O_RDONLY | O_NOFOLLOW));
        source_ =
            std::make_unique<base::FileSource>(std::move(fd), offset_, file.size_bytes - offset_);
        offset_ = 0;
    }

    void release() noexcept {
        source_.reset();
        for (const ContentFile& file : files_) {
            owner_->unpin(file.name);
        }
    }

    std::shared_ptr<ContentFiles> owner_;
    std::vector<ContentFile> files_;
    std::uint64_t offset_;
    std::uint64_t left_;
    std::size_t at_ = 0;
    std::unique_ptr<base::FileSource> source_;
};

ContentFiles::ContentFiles(base::Path folder, base::Random& random)
    : folder_(std::move(folder)), random_(random) {
    base::make_directories(folder_, 0700);
    base::clear_pending_files(folder_);
}

base::Path ContentFiles::path_of(const std::string& name) const {
    return folder_ / name.substr(0, 2) / name;
}

ContentFiles::Added ContentFiles::add(base::ByteSource& content,
                                      const std::vector<std::string>& digests) {
    Digests computed(digests);
    base::PendingFile* given = content.pending_file();
    std::unique_ptr<base::PendingFile> own;
    if (given == nullptr) {
        own = std::make_unique<base::PendingFile>(folder_);
    }
    std::vector<char> buffer(piece_bytes);
    std::uint64_t size = 0;
    while (const std::size_t got = content.read(buffer.data(), buffer.size())) {
        computed.update({buffer.data(), got});
        size += got;
        if (own) {
            own->append({buffer.data(), got});
        }
    }
    std::string id(name_bytes, '\0');
    random_.fill(id.data(), id.size());
    Added added{{base::hex_encode(id), size}, computed.finish()};
    const base::Path path = path_of(added.file.name);
    base::make_directories(path.parent_path(), 0700);
    if (!(own ? own.get() : given)->publish(path)) {
        base::PendingFile copy(folder_);  // of another file system, or published already
        auto again = given->reader();
        while (const std::size_t got = again.read(buffer.data(), buffer.size())) {
            copy.append({buffer.data(), got});
        }
        copy.publish(path);
    }
    return added;
}

base::Octets ContentFiles::open(std::vector<ContentFile> files, std::uint64_t offset,
                                std::uint64_t length) {
    return {std::make_shared<Reading>(shared_from_this(), std::move(files), offset, length),
            length};
}

void ContentFiles::pin(const std::string& name) {
    ++pins_.lock()->readers[name];
}

void ContentFiles::unpin(const std::string& name) {
    auto pins = pins_.lock();
    const auto reader = pins->readers.find(name);
    if (reader != pins->readers.end() && --reader->second == 0) {
        pins->readers.erase(reader);
        if (pins->doomed.erase(name) > 0) {
            ::unlink(path_of(name).c_str());
        }
    }
}

void ContentFiles::discard(const std::string& name) {
    auto pins = pins_.lock();
    if (pins->readers.contains(name)) {
        pins->doomed.insert(name);
    } else if (::unlink(path_of(name).c_str()) != 0 && errno != ENOENT) {
        throw base::SystemError("delete " + path_of(name).string());
    }
}

std::size_t ContentFiles::sweep(const std::set<std::string>& in_use) {
    std::size_t deleted = 0;
    for (const std::string& shelf : base::list_directory(folder_)) {
        if (shelf.size() != 2) {
            continue;
        }
        for (const std::string& name : base::list_directory(folder_ / shelf)) {
            if (!in_use.contains(name)) {
                discard(name);
                ++deleted;
            }
        }
    }
    return deleted;
}

}  // namespace goldsmith::objects
