// Fetching an image, or a list of digests, by http or https (libcurl). Bounded in size and time,
// redirected to http(s) only; the address that a name resolved to is checked at the moment of
// connecting, so that no name and no redirect leads to where it must not.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/files.h"
#include "disk_images/digest.h"

namespace goldsmith::disk_images {

struct FetchRules {
    /// Loopback and link-local addresses may be reached. For people on their own machine and for
    /// servers that are configured so; never by default for what a client of the API names.
    bool allow_local_addresses = false;
    /// Nothing but https, wherever it is redirected to: for what nothing else vouches for.
    bool https_only = false;
    std::uint64_t most_bytes = 2ULL << 40;
    /// Waiting for a connection, and for anything to arrive.
    std::chrono::seconds patience{30};
    std::function<void(int percent)> progress{};
    std::stop_token stop{};
};

/// Writes `target` and computes its digest on the way. Throws base::Error naming the URL and the
/// cause, ImageRefused when it is too large for the rules or the disk.
Digest download(const std::string& url, const base::Path& target, DigestKind kind,
                const FetchRules& rules);

/// A small text. Same errors.
std::string download_text(const std::string& url, std::uint64_t most_bytes,
                          const FetchRules& rules);

}  // namespace goldsmith::disk_images
