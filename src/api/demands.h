// demands_of(): what a request must be allowed to do, read from the model's authorization tables
// and the request's members: actions on ARNs, values of condition keys, roles that are handed over.
// Used by the gate that decides (service/authorization/). Pure; whatever the input, it only makes
// text.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/shape.h"

namespace goldsmith::api {

struct Demand {
    std::string action{};    // "imagebuilder:GetComponent"
    std::string resource{};  // an ARN, or "*"
    bool operator==(const Demand&) const = default;
};

/// A role or instance profile that a member names, by name or ARN.
struct PassedName {
    std::string name{};
    bool is_profile = false;
    std::string service{};
    bool operator==(const PassedName&) const = default;
};

struct Demands {
    std::vector<Demand> actions{};
    /// aws:RequestTag/..., aws:TagKeys and the keys that the model names.
    std::map<std::string, std::vector<std::string>> keys{};
    std::vector<PassedName> passed{};
};

/// An operation that the model leaves unchecked demands nothing.
Demands demands_of(const Service& service, const Operation& operation, const CallContext& context,
                   const boost::json::object& input);

/// "123456789012" in "arn:aws:iam::123456789012:role/x"; empty where there is none.
std::string account_in_arn(std::string_view arn);

}  // namespace goldsmith::api
