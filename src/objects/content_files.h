// ContentFiles: the files that hold the content of objects and parts, below one folder. A file has
// a random name, is written once, never changed, and deleted when no row names it and nobody reads
// it any more (docs/formats/objects.md). Thread-safe. Failures throw base::Error.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/files.h"
#include "base/guarded.h"
#include "base/random.h"

namespace goldsmith::objects {

struct ContentFile {
    std::string name{};
    std::uint64_t size_bytes = 0;
};

/// [{"file": name, "size": bytes}]
std::string to_json_text(const std::vector<ContentFile>& files);
std::vector<ContentFile> files_from_json(const std::string& text);

class ContentFiles : public std::enable_shared_from_this<ContentFiles> {
public:
    /// Makes the folder and removes unfinished files in it. One object per folder.
    ContentFiles(base::Path folder, base::Random& random);

    /// Where uploads are received, so that add() need not copy them.
    const base::Path& folder() const { return folder_; }

    /// Takes the whole source; durable when it returns.
    struct Added {
        ContentFile file{};
        std::map<std::string, std::string> digests{};  // raw, by name
    };
    Added add(base::ByteSource& content, const std::vector<std::string>& digests);

    /// Reads `length` bytes from `offset` of the files, one behind the other. They stay until the
    /// source is gone.
    base::Octets open(std::vector<ContentFile> files, std::uint64_t offset, std::uint64_t length);

    /// Deletes, or has the last reader delete. A file that is gone already is no error.
    void discard(const std::string& name);
    /// Deletes every file that is not named. Only while nothing is added. Returns how many.
    std::size_t sweep(const std::set<std::string>& in_use);

private:
    friend class Reading;
    struct Pins {
        std::map<std::string, int> readers;
        std::set<std::string> doomed;
    };

    base::Path path_of(const std::string& name) const;
    void pin(const std::string& name);
    void unpin(const std::string& name);

    base::Path folder_;
    base::Random& random_;
    base::Guarded<Pins> pins_;
};

}  // namespace goldsmith::objects
