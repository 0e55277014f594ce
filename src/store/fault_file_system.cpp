#include "store/fault_file_system.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "store/test_disk.h"

namespace goldsmith::store::testing {

using std::filesystem::path;

void FaultFileSystem::count() {
    ++operations_;
    if (cut_at_ != 0 && operations_ >= cut_at_) {
        throw PowerCut();
    }
}

FaultFileSystem::Inode FaultFileSystem::inode_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        throw base::SystemError("find a test's file");
    }
    return status.st_ino;
}

void FaultFileSystem::note_change(const path& name) {
    known_folders_.insert(name.parent_path());
    Change change{.name = name, .before = {}};
    change.existed = std::filesystem::exists(name);
    if (change.existed) {
        change.before = read_bytes(name);
    }
    changes_.push_back(std::move(change));
}

base::Fd FaultFileSystem::create(const path& file) {
    const std::scoped_lock lock(mutex_);
    count();
    note_change(file);
    base::Fd fd = real_->create(file);
    synced_[inode_of(fd.get())] = {};
    return fd;
}

void FaultFileSystem::write(int fd, ByteView bytes, std::uint64_t offset) {
    const std::scoped_lock lock(mutex_);
    count();
    real_->write(fd, bytes, offset);
}

void FaultFileSystem::sync(int fd) {
    const std::scoped_lock lock(mutex_);
    count();
    real_->sync(fd);
    struct stat status {};
    ::fstat(fd, &status);
    Bytes content(static_cast<std::size_t>(status.st_size));
    base::read_exactly_at(fd, content.data(), content.size(), 0);
    synced_[inode_of(fd)] = std::move(content);
}

void FaultFileSystem::sync_directory(const path& folder) {
    const std::scoped_lock lock(mutex_);
    count();
    real_->sync_directory(folder);
    std::erase_if(changes_,
                  [&](const Change& change) { return change.name.parent_path() == folder; });
}

void FaultFileSystem::rename(const path& from, const path& to) {
    const std::scoped_lock lock(mutex_);
    count();
    note_change(to);
    changes_.back().moved_from = from;
    real_->rename(from, to);
}

bool FaultFileSystem::rename_new(const path& from, const path& to) {
    const std::scoped_lock lock(mutex_);
    count();
    note_change(to);
    changes_.back().moved_from = from;
    const bool renamed = real_->rename_new(from, to);
    if (!renamed) {
        changes_.pop_back();
    }
    return renamed;
}

FileSystem::LinkResult FaultFileSystem::link(const path& from, const path& to) {
    const std::scoped_lock lock(mutex_);
    count();
    if (!links_) {
        return LinkResult::impossible;
    }
    note_change(to);
    return real_->link(from, to);
}

bool FaultFileSystem::remove(const path& file) {
    const std::scoped_lock lock(mutex_);
    count();
    note_change(file);
    return real_->remove(file);
}

void FaultFileSystem::lose_unsynced() {
    const std::scoped_lock lock(mutex_);
    // First the contents, where the files stand now: a name that was synced before its file's
    // content is a name of nothing.
    const auto forget_content = [this](const path& file) {
        const base::Fd fd = base::open_file(file, 0);
        const auto found = synced_.find(inode_of(fd.get()));
        if (found != synced_.end()) {
            write_bytes(file, found->second);
        }
    };
    for (const path& folder : known_folders_) {
        for (const std::string& name : base::list_directory(folder)) {
            forget_content(folder / name);
        }
    }
    // Then the names, newest first.
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
        if (!change->moved_from.empty() && std::filesystem::exists(change->name)) {
            std::filesystem::rename(change->name, change->moved_from);
        }
        std::filesystem::remove(change->name);
        if (change->existed) {
            write_bytes(change->name, change->before);
        }
    }
    changes_.clear();
}

}  // namespace goldsmith::store::testing
