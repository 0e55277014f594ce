// What a lifecycle execution is to do to one image: the form in which it is kept with the
// execution's rows until it is done. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/generated/imagebuilder/lifecycle_json.h"
#include "api/json_members.h"

namespace goldsmith::service::imagebuilder {

struct LifecycleInstruction {
    bool amis = false;       // act on the AMIs too
    bool snapshots = false;  // DELETE: and on their snapshots
    std::optional<api::imagebuilder::LifecyclePolicyDetailExclusionRulesAmis> exclusions{};
    std::optional<std::int64_t> deprecation_ms{};  // DEPRECATE: from when on; absent: at once
};

inline std::string to_text(const LifecycleInstruction& instruction) {
    boost::json::object tree{{"amis", instruction.amis}, {"snapshots", instruction.snapshots}};
    if (instruction.exclusions) {
        tree["exclusions"] = to_json(*instruction.exclusions);
    }
    if (instruction.deprecation_ms) {
        tree["deprecationMs"] = *instruction.deprecation_ms;
    }
    return boost::json::serialize(tree);
}

inline LifecycleInstruction instruction_of(std::string_view text) {
    const boost::json::value tree = boost::json::parse(text);
    const boost::json::object& object = tree.as_object();
    LifecycleInstruction instruction{.amis = object.at("amis").as_bool(),
                                     .snapshots = object.at("snapshots").as_bool()};
    if (const auto* exclusions = object.if_contains("exclusions")) {
        instruction.exclusions =
            api::read<api::imagebuilder::LifecyclePolicyDetailExclusionRulesAmis>(*exclusions);
    }
    if (const auto* moment = object.if_contains("deprecationMs")) {
        instruction.deprecation_ms = moment->to_number<std::int64_t>();
    }
    return instruction;
}

}  // namespace goldsmith::service::imagebuilder
