// Whose rows: an account in a region. Managed resources belong to account `aws` and to every
// region, written `*`.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::state {

struct Scope {
    std::string account;
    std::string region;
    bool operator==(const Scope&) const = default;
};

/// The scope in which an ARN's owner keeps its rows.
inline Scope scope_of(std::string_view owner, std::string_view region) {
    return {std::string(owner), owner == "aws" ? std::string("*") : std::string(region)};
}

inline Scope managed_scope() {
    return {"aws", "*"};
}

}  // namespace goldsmith::state
