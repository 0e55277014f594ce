// `inputs` of a step, checked against the action's table entry.
#include <algorithm>
#include <boost/json.hpp>
#include <vector>

#include "documents/suggestion.h"
#include "documents/workflow_path.h"
#include "documents/workflow_reading.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

constexpr std::string_view path_suffix = ".$";
constexpr std::size_t max_json_text = 16 * 1024;

std::string_view without_suffix(std::string_view key) {
    return key.ends_with(path_suffix) ? key.substr(0, key.size() - path_suffix.size()) : key;
}

class InputReader {
public:
    InputReader(const WorkflowAction& action, WorkflowReferences& references, DiagnosticSink& sink)
        : action_(action), references_(references), sink_(sink) {}

    json::object read(const YamlNode& step) {
        const YamlNode* node = step.find("inputs");
        if (node != nullptr && !node->is_mapping() && !node->is_null()) {
            sink_.error(node->position,
                        "'inputs' must be a map, not " + std::string(node->kind_name()));
            return {};
        }
        json::object inputs;
        std::vector<std::string_view> given;
        if (node != nullptr) {
            for (const auto& entry : node->entries) {
                given.push_back(without_suffix(entry.key));
                read_entry(entry, std::ranges::count(given, given.back()) > 1, inputs);
            }
        }
        check_required(given, node != nullptr ? node->position : step.position);
        return inputs;
    }

private:
    void read_entry(const YamlEntry& entry, bool twice, json::object& inputs) {
        const auto name = without_suffix(entry.key);
        const ActionInput* input = action_.input(name);
        if (input == nullptr) {
            report_unknown(name, entry.key_position);
            return;
        }
        if (twice) {
            sink_.error(entry.key_position, "the input '" + std::string(name) +
                                                "' is given twice, with and without '.$'");
        }
        check_references(entry);
        if (name.size() != entry.key.size()) {
            inputs[entry.key] = entry.value.text;
        } else {
            inputs[entry.key] = literal(*input, entry.value);
        }
    }

    void report_unknown(std::string_view name, Position position) {
        std::vector<std::string_view> names;
        for (const auto& input : action_.inputs) {
            names.push_back(input.name);
        }
        sink_.error(position, "the action " + std::string(action_.name) + " has no input '" +
                                  std::string(name) + "'" + "." + did_you_mean(name, names));
    }

    void check_required(const std::vector<std::string_view>& given, Position position) {
        for (const auto& input : action_.inputs) {
            if (input.required && std::ranges::find(given, input.name) == given.end()) {
                sink_.error(position, "the action " + std::string(action_.name) +
                                          " needs the input '" + std::string(input.name) + "'");
            }
        }
    }

    void check_references(const YamlEntry& entry) {
        if (entry.key.ends_with(path_suffix)) {
            if (!entry.value.is_scalar()) {
                sink_.error(entry.value.position, "'" + entry.key + "' must hold a path, not " +
                                                      std::string(entry.value.kind_name()));
                return;
            }
            references_.check_path(entry.value.text, entry.value.position);
            return;
        }
        check_nested(entry.value);
    }

    void check_nested(const YamlNode& node) {
        for (const auto& item : node.items) {
            check_nested(item);
        }
        for (const auto& entry : node.entries) {
            check_references(entry);
        }
        if (!node.is_scalar()) {
            return;
        }
        for (const auto& part : split_template(node.text)) {
            if (part.is_path) {
                references_.check_path(part.text, node.position);
            }
        }
        const std::string_view text = node.text;
        if (text.starts_with("$.stepOutputs.") || text.starts_with("$.workflowOutputs.")) {
            references_.check_path(text, node.position);
        }
    }

    json::value literal(const ActionInput& input, const YamlNode& node) {
        switch (input.kind) {
            case InputKind::string:
                return text(input, node);
            case InputKind::json_text:
                return json_text(input, node);
            case InputKind::boolean:
                return boolean(input, node);
            case InputKind::list:
                return listed(input, node, "a list");
            case InputKind::string_list:
                return strings(input, node);
            case InputKind::object:
                if (!node.is_mapping()) {
                    mismatch(input, node, "a map");
                }
                return json_of(node);
        }
        return nullptr;
    }

    json::value text(const ActionInput& input, const YamlNode& node) {
        if (!node.is_scalar() || node.text.empty()) {
            mismatch(input, node, "a string that is not empty");
            return nullptr;
        }
        if (!input.choices.empty() && !is_dynamic(node.text) &&
            std::ranges::find(input.choices, node.text) == input.choices.end()) {
            std::string choices;
            for (const auto choice : input.choices) {
                choices += (choices.empty() ? "" : ", ") + std::string(choice);
            }
            sink_.error(node.position, "the input '" + std::string(input.name) +
                                           "' must be one of " + choices + "; '" + node.text +
                                           "' is not");
        }
        return json::value(node.text);
    }

    json::value json_text(const ActionInput& input, const YamlNode& node) {
        if (!node.is_scalar()) {
            mismatch(input, node, "a string holding JSON");
            return nullptr;
        }
        boost::system::error_code error;
        if (node.text.size() > max_json_text) {
            sink_.error(node.position, "the input '" + std::string(input.name) +
                                           "' must not be longer than 16 KiB");
        } else if (json::parse(node.text, error); error && !is_dynamic(node.text)) {
            sink_.error(node.position, "the input '" + std::string(input.name) +
                                           "' must hold JSON: " + error.message());
        }
        return json::value(node.text);
    }

    json::value boolean(const ActionInput& input, const YamlNode& node) {
        if (const auto value = yaml_bool(node)) {
            return *value;
        }
        mismatch(input, node, "true or false");
        return nullptr;
    }

    json::value listed(const ActionInput& input, const YamlNode& node, std::string_view wanted) {
        if (!node.is_sequence() && !is_dynamic(node.text)) {
            mismatch(input, node, wanted);
        }
        return json_of(node);
    }

    json::value strings(const ActionInput& input, const YamlNode& node) {
        if (!node.is_sequence()) {
            return listed(input, node, "a list of strings");
        }
        json::array list;
        for (const auto& item : node.items) {
            if (!item.is_scalar()) {
                mismatch(input, item, "a list of strings");
            }
            list.push_back(json::value(item.text));
        }
        return list;
    }

    static bool is_dynamic(std::string_view text) {
        return text.starts_with("$.") || text.find("{{") != std::string_view::npos;
    }

    void mismatch(const ActionInput& input, const YamlNode& node, std::string_view wanted) {
        sink_.error(node.position,
                    "the input '" + std::string(input.name) + "' must be " + std::string(wanted) +
                        ", not " +
                        (node.is_scalar() ? "'" + node.text + "'" : std::string(node.kind_name())));
    }

    const WorkflowAction& action_;
    WorkflowReferences& references_;
    DiagnosticSink& sink_;
};

}  // namespace

json::object read_inputs(const YamlNode& step, const WorkflowAction& action,
                         WorkflowReferences& references, DiagnosticSink& sink) {
    return InputReader(action, references, sink).read(step);
}

}  // namespace goldsmith::documents
