#include "service/logs/retention.h"

#include <algorithm>
#include <array>

#include "base/files.h"
#include "service/milliseconds.h"

namespace goldsmith::service::logs {

namespace {

constexpr std::array<int, 22> retentions{1,    3,    5,    7,    14,   30,  60,  90,
                                         120,  150,  180,  365,  400,  545, 731, 1096,
                                         1827, 2192, 2557, 2922, 3288, 3653};

}  // namespace

bool is_retention(int days) {
    return std::ranges::find(retentions, days) != retentions.end();
}

std::optional<std::int64_t> expired_before(const store::LogStore& store, const std::string& group,
                                           base::Time now) {
    const auto info = store.group(group);
    return info && info->retention_days
               ? std::optional(to_ms(now - std::chrono::days(*info->retention_days)))
               : std::nullopt;
}

std::size_t delete_expired_logs(const std::filesystem::path& logs_directory, base::Time now) {
    std::size_t deleted = 0;
    for (const std::string& region : base::list_directory(logs_directory)) {
        for (const std::string& account : base::list_directory(logs_directory / region)) {
            deleted += store::LogStore(logs_directory, region, account).delete_expired(to_ms(now));
        }
    }
    return deleted;
}

}  // namespace goldsmith::service::logs
