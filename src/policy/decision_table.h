// For tests: tests/golden/policy/decisions.txt, a table of policies, requests and decisions that
// people can read. Its head says how it is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/evaluate.h"

namespace goldsmith::policy {

struct TableRow {
    std::string text{};  // as it stands in the table
    Caller caller{};
    CallerPolicies policies{};
    std::vector<NamedPolicy> resource_policy{};  // none or one
    std::string action{};
    std::string resource{};
    std::string resource_account{};
    Context context{};
    Outcome expected{};

    Decision decide() const;
};

/// Throws base::Error naming the line that cannot be read.
std::vector<TableRow> read_table(std::string_view text);

}  // namespace goldsmith::policy
