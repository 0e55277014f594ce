// The files of the audit log's folder (docs/formats/audit-log.md). No state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"
#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::audit {

struct LogFile {
    base::Path path;
    std::string day;          // "2026-11-25"
    std::uint64_t first = 0;  // the number of its first line
};

std::string file_name(std::string_view day, std::uint64_t first);
/// In the order of their lines; other names are not ours and are left out. None when there is no
/// folder.
std::vector<LogFile> log_files(const base::Path& folder);

inline base::Path head_file(const base::Path& folder) {
    return folder / "head";
}
inline base::Path pruned_file(const base::Path& folder) {
    return folder / "pruned";
}
/// Nothing when the file is absent. Throws base::Error when it is no link.
std::optional<Link> read_link(const base::Path& file);

/// The lines of a file from its end to its beginning; what follows the last line break is not a
/// line. Reads block by block. The file may grow meanwhile.
class BackwardLines {
public:
    explicit BackwardLines(const base::Path& file);

    /// The next line without its line break; nothing at the beginning of the file.
    std::optional<std::string> next();
    /// Where the last complete line ends; known after the first next().
    std::uint64_t complete_bytes() const { return complete_bytes_; }

private:
    bool read_block();

    base::Fd fd_;
    std::uint64_t offset_ = 0;  // of the first byte of buffer_ in the file
    std::string buffer_;        // what is read and not handed out
    bool started_ = false;
    std::uint64_t complete_bytes_ = 0;
};

}  // namespace goldsmith::audit
