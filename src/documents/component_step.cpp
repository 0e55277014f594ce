// One step of a phase: name, action, policy, inputs, loop and `if`.
#include <algorithm>

#include "documents/component_inputs.h"
#include "documents/component_parser.h"
#include "documents/expression.h"
#include "documents/suggestion.h"

namespace goldsmith::documents {
namespace {

constexpr std::string_view step_keys[] = {"name",      "action",      "timeoutSeconds",
                                          "onFailure", "maxAttempts", "inputs",
                                          "loop",      "if",          "disableLogging"};
constexpr std::string_view policies[] = {"Abort", "Continue", "Ignore"};
constexpr std::string_view branch_keys[] = {"then", "else"};
constexpr std::string_view branch_actions[] = {"Abort", "Execute", "Skip"};

std::string supported_on(const ActionSpec& spec) {
    std::string names;
    for (Platform platform : {Platform::linux_os, Platform::windows_os, Platform::mac_os}) {
        if (spec.platforms.has(platform)) {
            names += (names.empty() ? "" : ", ") + std::string(platform_name(platform));
        }
    }
    return names;
}

}  // namespace

void ComponentStepParser::parse(const YamlNode& node, bool disable_logging) {
    ComponentStep step;
    step.position = node.position;
    const YamlNode* name = node.find("name");
    step.name = name != nullptr ? name->text : "";
    prefix_ = "Parsing step '" + step.name + "' in phase '" + phase_.name + "' failed.\nError: ";
    const YamlMap map(node, step_keys, sink_, prefix_, "the step");
    if (!map.readable()) {
        return;
    }
    parse_name(map, step);
    parse_action(map, step);
    parse_policy(map, step);
    step.disable_logging = map.flag("disableLogging").value_or(false) || disable_logging;
    if (const YamlNode* inputs = node.find("inputs")) {
        step.inputs = *inputs;
    } else {
        step.inputs.position = node.position;
    }
    if (step.spec != nullptr) {
        check_component_inputs(*step.spec, step.inputs, sink_, prefix_);
        check_fixed_policy(map, step);
    }
    if (const YamlNode* loop = map.find("loop")) {
        step.loop = parse_component_loop(*loop, loop_names_, sink_, prefix_);
    }
    parse_if(map, step);
    if (step.action == "ExecuteDocument") {
        step.timeout_seconds = -1;
    }
    phase_.steps.push_back(std::move(step));
}

void ComponentStepParser::parse_name(const YamlMap& map, ComponentStep& step) {
    const YamlNode* name = map.require("name");
    if (name == nullptr || !map.text("name")) {
        return;
    }
    if (!is_name(step.name)) {
        sink_.error(name->position, invalid_name_message("step", step.name, phase_.name));
    } else if (!names_.insert(step.name).second) {
        sink_.error(name->position, "Invalid step name '" + step.name + "' in phase '" +
                                        phase_.name +
                                        "': another step of the phase has it already.");
    }
}

void ComponentStepParser::parse_action(const YamlMap& map, ComponentStep& step) {
    const auto action = map.require_text("action");
    if (!action) {
        return;
    }
    step.action = *action;
    const Position position = map.find("action")->position;
    step.spec = find_component_action(*action);
    if (step.spec == nullptr) {
        std::vector<std::string_view> names;
        for (const ActionSpec& spec : component_actions()) {
            names.push_back(spec.name);
        }
        map.error(position, "unknown action '" + *action + "'." + did_you_mean(*action, names));
        return;
    }
    for (Platform platform : rules_.platforms) {
        if (!step.spec->platforms.has(platform)) {
            map.error(position, "the action " + *action + " is not supported on " +
                                    std::string(platform_name(platform)) + " (only on " +
                                    supported_on(*step.spec) + ")");
        }
    }
    if (rules_.blocked_actions.contains(*action)) {
        map.error(position, "the action " + *action + " is blocked by --blocked-action-modules");
    }
}

void ComponentStepParser::parse_policy(const YamlMap& map, ComponentStep& step) {
    if (const auto policy = map.text("onFailure")) {
        const auto* found = std::ranges::find(policies, *policy);
        if (found == std::end(policies)) {
            map.error(map.find("onFailure")->position,
                      "'onFailure' must be Abort, Continue or Ignore, not '" + *policy + "'." +
                          did_you_mean(*policy, policies));
        } else {
            step.on_failure = static_cast<OnFailure>(found - std::begin(policies));
        }
    }
    if (const auto timeout = map.integer("timeoutSeconds")) {
        step.timeout_seconds = *timeout;
        if (*timeout == 0 || *timeout < -1) {
            map.error(map.find("timeoutSeconds")->position,
                      "'timeoutSeconds' must be 1 or more, or -1 for no limit");
        }
    }
    if (const auto attempts = map.integer("maxAttempts")) {
        step.max_attempts = *attempts;
        if (*attempts < 1) {
            map.error(map.find("maxAttempts")->position, "'maxAttempts' must be 1 or more");
        }
    }
}

void ComponentStepParser::check_fixed_policy(const YamlMap& map, const ComponentStep& step) {
    if (step.action != "ExecuteDocument") {
        return;
    }
    const YamlNode* timeout = map.find("timeoutSeconds");
    if (timeout != nullptr && step.timeout_seconds != -1) {
        map.error(timeout->position, "'timeoutSeconds' of ExecuteDocument is always -1");
    }
    const YamlNode* attempts = map.find("maxAttempts");
    if (attempts != nullptr && step.max_attempts != 1) {
        map.error(attempts->position, "'maxAttempts' of ExecuteDocument is always 1");
    }
}

void ComponentStepParser::parse_if(const YamlMap& map, ComponentStep& step) {
    const YamlNode* node = map.find("if");
    if (node == nullptr) {
        return;
    }
    ComponentIf condition;
    condition.condition = parse_condition(*node, branch_keys, sink_, prefix_);
    const YamlNode& outer = node->is_sequence() && node->items.size() == 1 ? node->items[0] : *node;
    const YamlNode* inner = outer.find("not");
    auto branch = [&](std::string_view key, ConditionalAction& action) {
        const YamlNode* value = outer.find(key);
        if (value == nullptr && inner != nullptr) {
            value = inner->find(key);
        }
        if (value == nullptr || value->is_null()) {
            return;
        }
        if (value->text == "Abort") {
            action = ConditionalAction::abort;
        } else if (value->text == "Execute") {
            action = ConditionalAction::execute;
        } else if (value->text == "Skip") {
            action = ConditionalAction::skip;
        } else {
            map.error(value->position, "'" + std::string(key) +
                                           "' must be Abort, Execute or Skip, not '" + value->text +
                                           "'." + did_you_mean(value->text, branch_actions));
        }
    };
    branch("then", condition.then_action);
    branch("else", condition.else_action);
    step.condition = std::move(condition);
}

}  // namespace goldsmith::documents
