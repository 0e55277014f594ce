#pragma once

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

#include "store/file_system.h"

// A file system that stops at a chosen operation and then forgets what was not synced. For tests
// alone.
namespace goldsmith::store::testing {

// The process was killed, or the power went.
class PowerCut : public std::runtime_error {
public:
    PowerCut() : std::runtime_error("power cut") {}
};

// Works on real files. Thread-safe. Content is kept only up to the last sync() of the file, and
// names only if sync_directory() of their folder came after. Create one for each life of a process.
class FaultFileSystem final : public FileSystem {
public:
    // Every operation from the `n`-th on (1 = the first) throws PowerCut and does nothing.
    void cut_at(int n) { cut_at_ = n; }
    // How many operations were asked for.
    int operations() const { return operations_; }
    // Answers `impossible` to every link, as between two file systems.
    void forbid_links() { links_ = false; }

    // What the machine finds after a power cut: everything unsynced is gone.
    void lose_unsynced();

    base::Fd create(const std::filesystem::path& path) override;
    void write(int fd, ByteView bytes, std::uint64_t offset) override;
    void sync(int fd) override;
    void sync_directory(const std::filesystem::path& path) override;
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to) override;
    LinkResult link(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool remove(const std::filesystem::path& path) override;

private:
    using Inode = std::uint64_t;

    // A name that changed in a folder since the last sync: what it was before.
    struct Change {
        std::filesystem::path name;
        std::vector<std::byte> before;
        bool existed = false;
        std::filesystem::path moved_from = {};
    };

    void count();
    void note_change(const std::filesystem::path& name);
    static Inode inode_of(int fd);

    std::shared_ptr<FileSystem> real_ = real_file_system();
    std::mutex mutex_;
    int operations_ = 0;
    int cut_at_ = 0;
    bool links_ = true;
    std::vector<Change> changes_;                    // oldest first
    std::set<std::filesystem::path> known_folders_;  // where something changed
    std::map<Inode, Bytes> synced_;  // content at the last sync of files that were created here
};

}  // namespace goldsmith::store::testing
