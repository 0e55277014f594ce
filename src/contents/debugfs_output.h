// What debugfs (e2fsprogs) prints, run with a file of commands: it repeats each command and then
// answers it. Pure. The file system may be anybody's: what does not fit is passed over or refused,
// never believed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contents/file_tree.h"

namespace goldsmith::contents {

/// The answer to each command, in order. A command that is not repeated in the output has an empty
/// answer.
std::vector<std::string> answers_in(std::string_view output,
                                    const std::vector<std::string>& commands);

/// The entries in an answer to "ls -l <inode>", without "." and "..".
std::vector<std::pair<std::string, FileEntry>> entries_in(std::string_view answer);

/// The target in an answer to "stat <inode>" of a short symbolic link; empty: none.
std::string link_target_in(std::string_view answer);

struct InodeSize {
    std::uint32_t inode = 0;
    std::uint64_t size = 0;
};

/// The SHA-256 of each file in the answers to "cat <inode>" commands, which are as long as the
/// files. Output may come in pieces of any size.
class CatDigests {
public:
    explicit CatDigests(std::vector<InodeSize> files);
    ~CatDigests();
    CatDigests(const CatDigests&) = delete;
    CatDigests& operator=(const CatDigests&) = delete;

    void take(std::string_view piece);
    /// In hexadecimal digits, in the order of the files. Throws base::Error when there was less or
    /// more than the files have: the file system is damaged.
    std::vector<std::string> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace goldsmith::contents
