// PendingFile: a file that is written before it has a name. publish() gives it one, complete and
// durable, in one step; until then a process that is killed leaves nothing behind, because the
// kernel drops files without a name (O_TMPFILE; on a file system without that, the name begins with
// ".pending-" and clear_pending_files() removes what a killed process left). One thread at a time.
// Failures throw SystemError.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_source.h"
#include "base/files.h"

namespace goldsmith::base {

class PendingFile {
public:
    /// In `folder`, which must exist and to whose file system publish() is bound.
    explicit PendingFile(const Path& folder, mode_t mode = 0600);
    ~PendingFile();
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;

    void append(std::string_view bytes);
    std::uint64_t size_bytes() const { return size_; }
    int fd() const { return file_->get(); }
    const Path& folder() const { return folder_; }
    /// Cuts what is beyond; for framing that was taken out in place.
    void truncate(std::uint64_t size_bytes);

    /// Reads from the start what is there now; outlives this object.
    FileSource reader() const { return {file_, 0, size_}; }

    /// Syncs the content, gives the file this name and syncs the folder. The name must be free.
    /// False: the file cannot have a name there (another file system, or it has one already).
    bool publish(const Path& name);

private:
    std::shared_ptr<Fd> file_;
    Path folder_;
    Path name_;  // empty: none yet
    std::uint64_t size_ = 0;
    bool published_ = false;
};

/// Removes what killed processes left in the folder. Only while nobody else writes there.
void clear_pending_files(const Path& folder);

}  // namespace goldsmith::base
