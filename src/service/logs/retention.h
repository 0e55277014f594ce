// How long log groups keep their events. Used by the families, which show nothing that is older,
// and by the daemon's scheduler, which deletes it. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/clock.h"
#include "store/log_stream.h"

namespace goldsmith::service::logs {

bool is_retention(int days);

/// The time before which the group's events have expired; nothing: it keeps them for ever.
std::optional<std::int64_t> expired_before(const store::LogStore& store, const std::string& group,
                                           base::Time now);

/// Deletes the streams of every region and account whose last event has expired. Returns how many.
std::size_t delete_expired_logs(const std::filesystem::path& logs_directory, base::Time now);

}  // namespace goldsmith::service::logs
