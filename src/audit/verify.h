// Whether the audit log is whole: every line in its place, none altered, from the first that
// retention has left to the last that is known. Reads only; the log may be written meanwhile. Used
// by `goldsmith audit verify` and `goldsmith fsck`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/chain.h"
#include "base/files.h"

namespace goldsmith::audit {

struct Verdict {
    std::uint64_t lines = 0;
    std::uint64_t files = 0;
    Link head;            // the last line of the log
    std::string problem;  // "<file>:<line>: what is wrong" of the first broken line; empty: whole
};

/// `known`: a head that was noted earlier; its line must still be there, unless retention has
/// removed it. Throws base::SystemError when a file cannot be read.
Verdict verify(const base::Path& folder, const std::optional<Link>& known = std::nullopt);

}  // namespace goldsmith::audit
