#include "documents/workflow_parser.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "documents/workflow_reading.h"
#include "documents/yaml.h"

namespace goldsmith::documents {

namespace {

constexpr std::size_t max_text = 64 * 1024;
constexpr std::size_t max_nodes = 20'000;
constexpr int max_depth = 32;
constexpr std::size_t max_steps = 15;
constexpr std::size_t max_parameters = 25;
constexpr std::size_t max_outputs = 25;
constexpr std::size_t max_name = 1024;

constexpr std::array<std::string_view, 6> keys{"name",       "description", "schemaVersion",
                                               "parameters", "steps",       "outputs"};
constexpr std::array<std::string_view, 2> output_keys{"name", "value"};

class DocumentReader {
public:
    DocumentReader(const YamlNode& root, std::string file, WorkflowType type)
        : root_(root), type_(type), sink_(std::move(file)), references_(sink_) {}

    WorkflowDocument read() {
        if (!root_.is_mapping()) {
            sink_.error(root_.position,
                        "a workflow document must be a map, not " + std::string(root_.kind_name()));
            sink_.throw_if_any();
        }
        check_keys(root_, keys, "a workflow document", sink_);
        check_schema_version();
        WorkflowDocument document;
        document.name = text_under(root_, "name", max_name, sink_);
        document.description = text_under(root_, "description", max_name, sink_);
        document.parameters = parameters();
        document.steps = steps();
        check_distribution(document.steps);
        document.outputs = outputs();
        sink_.throw_if_any();
        return document;
    }

private:
    void check_schema_version() {
        const YamlNode* version = root_.find("schemaVersion");
        if (version == nullptr) {
            sink_.error(root_.position, "the document needs 'schemaVersion: 1.0'");
        } else if (!version->is_scalar() || (version->text != "1.0" && version->text != "1")) {
            sink_.error(version->position, "the schema version must be 1.0");
        }
    }

    // The list under `key`, null when it is absent or unusable; reports its type and length.
    const YamlNode* list(std::string_view key, std::size_t max) {
        const YamlNode* node = root_.find(key);
        if (node == nullptr || node->is_null()) {
            return nullptr;
        }
        if (!node->is_sequence()) {
            sink_.error(node->position, "'" + std::string(key) + "' must be a list, not " +
                                            std::string(node->kind_name()));
            return nullptr;
        }
        if (node->items.size() > max) {
            sink_.error(node->position, "'" + std::string(key) + "' may have at most " +
                                            std::to_string(max) + " items, not " +
                                            std::to_string(node->items.size()));
            return nullptr;
        }
        return node;
    }

    std::vector<WorkflowParameter> parameters() {
        const YamlNode* node = list("parameters", max_parameters);
        auto result =
            node == nullptr ? std::vector<WorkflowParameter>{} : read_parameters(*node, sink_);
        for (const auto& parameter : result) {
            references_.declare_parameter(parameter.name);
        }
        return result;
    }

    std::vector<WorkflowStep> steps() {
        std::vector<WorkflowStep> result;
        const std::size_t errors = sink_.size();
        const YamlNode* node = list("steps", max_steps);
        if (node == nullptr || node->items.empty()) {
            if (sink_.size() == errors) {
                sink_.error(root_.position, "the document needs 'steps', a list of 1 to 15 steps");
            }
            return result;
        }
        for (const auto& item : node->items) {
            auto step = read_step(item, type_, references_, sink_);
            if (!step.name.empty() &&
                std::ranges::find(result, step.name, &WorkflowStep::name) != result.end()) {
                sink_.error(item.position, "there are two steps '" + step.name + "'");
            }
            result.push_back(std::move(step));
        }
        return result;
    }

    void check_distribution(const std::vector<WorkflowStep>& steps) {
        const auto has = [&steps](std::string_view action) {
            return std::ranges::find(steps, action, &WorkflowStep::action) != steps.end();
        };
        if (has("DistributeContainerImage") &&
            (has("DistributeImage") || has("ModifyImageAttributes") ||
             has("ApplyImageConfigurations"))) {
            sink_.error(root_.position,
                        "DistributeContainerImage cannot stand beside DistributeImage, "
                        "ModifyImageAttributes or ApplyImageConfigurations: an image is a "
                        "container or a machine image");
        }
    }

    std::vector<WorkflowOutput> outputs() {
        std::vector<WorkflowOutput> result;
        const YamlNode* node = list("outputs", max_outputs);
        if (node == nullptr) {
            return result;
        }
        for (const auto& item : node->items) {
            auto output = read_output(item);
            if (!output.name.empty() &&
                std::ranges::find(result, output.name, &WorkflowOutput::name) != result.end()) {
                sink_.error(item.position, "there are two outputs '" + output.name + "'");
            }
            result.push_back(std::move(output));
        }
        return result;
    }

    WorkflowOutput read_output(const YamlNode& node) {
        if (!node.is_mapping()) {
            sink_.error(node.position,
                        "an output must be a map, not " + std::string(node.kind_name()));
            return {};
        }
        check_keys(node, output_keys, "an output", sink_);
        WorkflowOutput output{text_under(node, "name", max_name, sink_), nullptr};
        const YamlNode* value = node.find("value");
        if (output.name.empty() || value == nullptr) {
            sink_.error(node.position, "an output needs a 'name' and a 'value'");
            return output;
        }
        if (value->is_scalar()) {
            references_.check_text(value->text, value->position);
        }
        output.value = json_of(*value);
        return output;
    }

    const YamlNode& root_;
    WorkflowType type_;
    DiagnosticSink sink_;
    WorkflowReferences references_;
};

}  // namespace

WorkflowDocument parse_workflow(std::string_view text, std::string_view file_name,
                                WorkflowType type) {
    const std::string file(file_name);
    const YamlNode root = parse_yaml(text, file, {max_text, max_nodes, max_depth});
    return DocumentReader(root, file, type).read();
}

}  // namespace goldsmith::documents
