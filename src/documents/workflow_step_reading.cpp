// One item of `steps`.
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "documents/suggestion.h"
#include "documents/workflow_reading.h"

namespace goldsmith::documents {

namespace {

constexpr std::array<std::string_view, 8> keys{
    "name",   "action",    "description",     "if",
    "inputs", "onFailure", "rollbackEnabled", "timeoutSeconds"};

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// ^[A-Za-z][A-Za-z0-9-_]{1,99}$
bool is_step_name(std::string_view name) {
    return name.size() >= 2 && name.size() <= 100 && is_letter(name[0]) &&
           std::ranges::all_of(name, [](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

class StepReader {
public:
    StepReader(const YamlNode& node, WorkflowType type, WorkflowReferences& references,
               DiagnosticSink& sink)
        : node_(node), type_(type), references_(references), sink_(sink) {}

    WorkflowStep read() {
        if (!node_.is_mapping()) {
            sink_.error(node_.position,
                        "a step must be a map, not " + std::string(node_.kind_name()));
            return {};
        }
        check_keys(node_, keys, "a step", sink_);
        WorkflowStep step;
        step.name = read_name();
        step.description = text_under(node_, "description", 1024, sink_);
        const WorkflowAction* action = read_action();
        if (const YamlNode* condition = node_.find("if"); condition != nullptr) {
            step.condition = read_condition(*condition, references_, sink_);
        }
        step.on_failure = read_on_failure();
        step.rollback_enabled = read_rollback_enabled();
        if (action != nullptr) {
            step.action = action->name;
            step.timeout = read_timeout(*action);
            step.inputs = read_inputs(node_, *action, references_, sink_);
        }
        references_.declare_step(step.name, action);
        return step;
    }

private:
    Position position_of(std::string_view key) const {
        const YamlNode* found = node_.find(key);
        return found == nullptr ? node_.position : found->position;
    }

    std::string read_name() {
        std::string name = text_under(node_, "name", 128, sink_);
        if (name.empty()) {
            sink_.error(position_of("name"), "a step needs a 'name'");
        } else if (!is_step_name(name)) {
            sink_.error(position_of("name"),
                        "the step name '" + name +
                            "' must begin with a letter and hold 2 to 100 letters, digits, '-' "
                            "and '_'");
        }
        return name;
    }

    const WorkflowAction* read_action() {
        const std::string name = text_under(node_, "action", 128, sink_);
        if (name.empty()) {
            sink_.error(position_of("action"), "a step needs an 'action'");
            return nullptr;
        }
        const WorkflowAction* action = find_workflow_action(name);
        if (action == nullptr) {
            std::vector<std::string_view> names;
            for (const auto& known : workflow_actions()) {
                names.push_back(known.name);
            }
            sink_.error(position_of("action"),
                        "there is no action '" + name + "'" + "." + did_you_mean(name, names));
        } else if (!action->allowed_in(type_)) {
            sink_.error(position_of("action"), "the action " + name + " is not allowed in a " +
                                                   std::string(api_name(type_)) + " workflow");
        }
        return action;
    }

    StepOnFailure read_on_failure() {
        const YamlNode* given = node_.find("onFailure");
        if (given == nullptr || given->is_null()) {
            return StepOnFailure::abort;
        }
        std::string text = given->text;
        std::ranges::transform(text, text.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        if (text != "abort" && text != "continue") {
            sink_.error(given->position, "'onFailure' must be Abort or Continue");
        }
        return text == "continue" ? StepOnFailure::carry_on : StepOnFailure::abort;
    }

    boost::json::value read_rollback_enabled() {
        const YamlNode* given = node_.find("rollbackEnabled");
        if (given == nullptr || given->is_null()) {
            return true;
        }
        if (const auto value = yaml_bool(*given)) {
            return *value;
        }
        if (!given->is_scalar() || !given->text.starts_with("$.")) {
            sink_.error(given->position, "'rollbackEnabled' must be true, false or a path");
            return true;
        }
        references_.check_path(given->text, given->position);
        return boost::json::value(given->text);
    }

    std::chrono::seconds read_timeout(const WorkflowAction& action) {
        const YamlNode* given = node_.find("timeoutSeconds");
        if (given == nullptr || given->is_null()) {
            return action.default_timeout;
        }
        const auto seconds = yaml_int(*given);
        const auto max = std::chrono::seconds(action.max_timeout).count();
        if (!seconds || *seconds < 1 || *seconds > max) {
            sink_.error(given->position, "'timeoutSeconds' must be a whole number from 1 to " +
                                             std::to_string(max) + " for the action " +
                                             std::string(action.name));
            return action.default_timeout;
        }
        return std::chrono::seconds(*seconds);
    }

    const YamlNode& node_;
    WorkflowType type_;
    WorkflowReferences& references_;
    DiagnosticSink& sink_;
};

}  // namespace

WorkflowStep read_step(const YamlNode& node, WorkflowType type, WorkflowReferences& references,
                       DiagnosticSink& sink) {
    return StepReader(node, type, references, sink).read();
}

}  // namespace goldsmith::documents
