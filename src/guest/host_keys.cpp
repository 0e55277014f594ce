#include "guest/host_keys.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/process.h"

namespace goldsmith::guest {

namespace {

constexpr std::string_view kPrefix = "ssh_host_";
constexpr std::string_view kSuffix = "_key";
constexpr std::array<std::string_view, 2> kQuickKinds{"ed25519", "ecdsa"};

/// "ecdsa" of "ssh_host_ecdsa_key"; empty for other names.
std::string kind_of(const std::string& name) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
        return "";
    }
    return name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
}

void make_key(const base::Path& file, const std::string& kind) {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(60);
    base::run_checked(
        {"ssh-keygen", {"-q", "-t", kind, "-N", "", "-f", file.string()}, {}, false, {}}, options);
}

}  // namespace

bool renew_host_keys(const base::Path& folder, std::time_t made_since) {
    bool touched = false;
    for (const std::string& name : base::list_directory(folder)) {
        const std::string kind = kind_of(name);
        struct stat facts {};
        const base::Path file = folder / name;
        if (kind.empty() || ::lstat(file.c_str(), &facts) != 0 ||
            facts.st_mtim.tv_sec < made_since) {
            continue;
        }
        std::filesystem::remove(file);
        std::filesystem::remove(file.string() + ".pub");
        if (std::find(kQuickKinds.begin(), kQuickKinds.end(), kind) != kQuickKinds.end()) {
            make_key(file, kind);
        }
        touched = true;
    }
    return touched;
}

}  // namespace goldsmith::guest
