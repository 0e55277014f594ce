// Scan findings of images: what a vulnerability scanner found. A scanner replaces the findings of
// an image as a whole; service/ lists and counts them. Functions run on the connection they are
// given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct FindingRow {
    std::int64_t id = 0;
    Scope scope{};
    std::string image_arn{};         // build version
    std::string pipeline_arn{};      // empty: the image was not built by a pipeline
    std::string vulnerability_id{};  // "CVE-2026-0001"
    std::string severity{};          // UNTRIAGED, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL
    std::string body{};              // the API's JSON of the finding
};

/// Replaces all findings of the image; ids are given here.
void set_findings(db::Connection& connection, const Scope& scope, std::string_view image_arn,
                  const std::vector<FindingRow>& findings);

/// What findings are looked up by. `none`: all of the account.
enum class FindingKey { none, image, pipeline, vulnerability, severity };

/// Newest first; `before` is the id of the last row of the page before.
std::vector<FindingRow> page_findings(db::Connection& connection, const Scope& scope,
                                      FindingKey key, std::string_view value, std::int64_t before,
                                      int limit);

struct FindingCounts {
    std::string group{};  // an account, an image, a pipeline or a vulnerability
    std::int64_t all = 0, critical = 0, high = 0, medium = 0;
    bool operator==(const FindingCounts&) const = default;
};

/// The findings of `filter` == `value` counted by `group`, in order of the group. `after` is the
/// group of the last row of the page before, "" for the first page.
std::vector<FindingCounts> count_findings(db::Connection& connection, const Scope& scope,
                                          FindingKey group, std::string_view value,
                                          std::string_view after, int limit);

}  // namespace goldsmith::state
