// What the operations of every service need, handed to the make_..._endpoint() functions by the
// daemon and by tests. References must outlive the endpoints. All of it is used by several threads
// at once.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "api/paging.h"
#include "service/quotas.h"

namespace goldsmith::api {
class Networks;
const Networks& unconfigured_networks();
}  // namespace goldsmith::api
namespace goldsmith::base {
class Random;
}
namespace goldsmith::db {
class Database;
}
namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::service {

/// A managed image that can be pulled: recipes may name it before it is there.
struct ManagedImageOffer {
    std::string name{};        // "debian-12-x86"
    std::string platform{};    // "Linux"
    std::string os_version{};  // "Debian GNU/Linux 12"; may be empty
};

struct Dependencies {
    db::Database& database;
    base::Random& random;
    const api::PageTokens& page_tokens;
    /// Where AMIs and snapshots have their manifests. Null: only their rows exist (tests).
    store::RegionSet* stores = nullptr;
    std::filesystem::path logs_directory{};       // <data>/logs, see store::LogStore
    std::filesystem::path instances_directory{};  // <data>/instances, see runner::KeptInstance
    std::filesystem::path runs_directory{};       // <data>/runs, of the machines of builds
    std::filesystem::path audit_directory{};      // <data>/audit, see audit::lookup
    std::vector<std::string> regions{};
    std::string account{};
    std::vector<ManagedImageOffer> managed_images{};
    /// What subnets and security groups choose from.
    const api::Networks* networks = &api::unconfigured_networks();
    /// Whether there are buckets that images can be exported to.
    bool has_buckets = false;
    Quotas quotas{};
    /// How often a lifecycle policy runs; the first time so long after its creation.
    std::chrono::minutes lifecycle_interval = std::chrono::hours(24);
    /// workflow::Loop::notify(): called after the commit that made work for this execution.
    std::function<void(const std::string& execution_id)> notify{};
    /// Wakes the controllers: called after the commit that made work for them.
    std::function<void()> wake_controllers{};

    void work_is_there() const {
        if (wake_controllers) {
            wake_controllers();
        }
    }
};

}  // namespace goldsmith::service
