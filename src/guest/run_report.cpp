#include "guest/run_report.h"

#include <boost/json.hpp>

#include "documents/component_inputs.h"
#include "guest/json_text.h"
#include "guest/run_log.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;
using documents::InputField;
using documents::InputKind;
using documents::YamlEntry;
using documents::YamlNode;

/// What a step with disabled logging shows instead of its values.
constexpr std::string_view hidden = "***";

json::value to_json(const YamlNode& node, const SecretMasker* masker) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            return nullptr;
        case YamlNode::Kind::scalar:
            return json::string(utf8_text(masker != nullptr ? masker->mask(node.text) : node.text));
        case YamlNode::Kind::sequence: {
            json::array list;
            for (const YamlNode& item : node.items) {
                list.push_back(to_json(item, masker));
            }
            return list;
        }
        case YamlNode::Kind::mapping: {
            json::object map;
            for (const YamlEntry& entry : node.entries) {
                map[entry.key] = to_json(entry.value, masker);
            }
            return map;
        }
    }
    return nullptr;
}

json::value field_value(const InputField* field, const YamlNode& node, const SecretMasker& masker) {
    if (field != nullptr && field->kind == InputKind::flag) {
        if (const auto flag = documents::yaml_bool(node)) {
            return *flag;
        }
    }
    if (field != nullptr && field->kind == InputKind::integer) {
        if (const auto number = documents::yaml_int(node)) {
            return *number;
        }
    }
    return to_json(node, &masker);
}

json::object element_json(const documents::ActionSpec& spec, const YamlNode& element,
                          const SecretMasker& masker) {
    json::object object;
    for (const YamlEntry& entry : element.entries) {
        object[entry.key] = field_value(spec.find_field(entry.key), entry.value, masker);
    }
    if (spec.name != "ExecuteDocument") {
        return object;
    }
    json::object all;  // this action shows its absent keys, too
    for (const InputField& field : spec.fields) {
        const json::value* given = object.if_contains(field.name);
        const bool list = field.kind == InputKind::parameters;
        all[field.name] = given != nullptr ? *given : list ? json::value(nullptr) : json::value("");
    }
    return all;
}

std::string outputs_json(const StepRecord& step, const SecretMasker& masker) {
    if (step.outputs.empty()) {
        return "[]";
    }
    json::object object;
    for (const auto& [key, value] : step.outputs) {
        if (value.number) {
            object[key] = json::parse(value.text);
        } else {
            object[key] = utf8_text(masker.mask(value.text));
        }
    }
    return json::serialize(json::array{object});
}

json::object run_json(const RunRecord& record, const SecretMasker& masker);

json::object step_json(const StepRecord& step, const SecretMasker& masker) {
    json::object object;
    object["name"] = step.name;
    object["status"] = step_status_name(step.status);
    object["failureMessage"] = utf8_text(masker.mask(step.failure_message));
    object["timeoutSeconds"] = step.timeout_seconds;
    object["onFailure"] = step.on_failure;
    object["maxAttempts"] = step.max_attempts;
    object["action"] = step.action;
    object["startTime"] = format_report_time(step.start_time);
    object["endTime"] = format_report_time(step.end_time);
    object["inputs"] = step.quiet ? std::string(hidden) : step.inputs_json;
    object["outputs"] = step.quiet ? std::string(hidden) : outputs_json(step, masker);
    object["loop"] = json::parse(step.loop_json);
    object["detailedOutput"] = nullptr;
    if (!step.nested.empty()) {
        json::array nested;
        for (const RunRecord& run : step.nested) {
            nested.push_back(run_json(run, masker));
        }
        object["detailedOutput"] = std::move(nested);
    }
    return object;
}

json::object document_json(const DocumentRecord& document, const SecretMasker& masker) {
    json::array phases;
    for (const PhaseRecord& phase : document.phases) {
        json::array steps;
        for (const StepRecord& step : phase.steps) {
            steps.push_back(step_json(step, masker));
        }
        phases.push_back(json::object{{"name", phase.name},
                                      {"status", scope_status_name(phase.status)},
                                      {"startTime", format_report_time(phase.start_time)},
                                      {"endTime", format_report_time(phase.end_time)},
                                      {"failureMessage", phase.failure_message},
                                      {"steps", std::move(steps)}});
    }
    return {{"name", document.name},
            {"filePath", utf8_text(masker.mask(document.location))},
            {"status", scope_status_name(document.status)},
            {"description", document.description},
            {"startTime", format_report_time(document.start_time)},
            {"endTime", format_report_time(document.end_time)},
            {"failureMessage", utf8_text(masker.mask(document.failure_message))},
            {"phases", std::move(phases)}};
}

json::object run_json(const RunRecord& record, const SecretMasker& masker) {
    json::array list;
    for (const DocumentRecord& document : record.documents) {
        if (document.start_time != base::Time{}) {
            list.push_back(document_json(document, masker));
        }
    }
    return {{"executionId", record.execution_id},
            {"status", run_status_name(record.status)},
            {"startTime", format_report_time(record.start_time)},
            {"endTime", format_report_time(record.end_time)},
            {"failureMessage", record.failure_message},
            {"documents", std::move(list)}};
}

}  // namespace

std::string detailed_output(const RunRecord& record, const SecretMasker& masker) {
    return pretty_json(run_json(record, masker));
}

std::string run_summary(const RunRecord& record, const std::string& log_url) {
    const RunCounts counts = record.counts();
    return pretty_json(json::object{{"executionId", record.execution_id},
                                    {"status", run_status_name(record.status)},
                                    {"failedStepCount", counts.failed},
                                    {"executedStepCount", counts.executed},
                                    {"ignoredFailedStepCount", counts.ignored},
                                    {"skippedStepCount", counts.skipped},
                                    {"failureMessage", utf8_text(record.failure_message)},
                                    {"logUrl", log_url}});
}

std::string chaining_values(const RunRecord& record, const SecretMasker& masker) {
    json::object values;
    for (const DocumentRecord& document : record.documents) {
        for (const PhaseRecord& phase : document.phases) {
            for (const StepRecord& step : phase.steps) {
                for (const auto& [key, value] : step.outputs) {
                    values[phase.name + "." + step.name + ".outputs." + key] =
                        step.quiet ? std::string(hidden) : utf8_text(masker.mask(value.text));
                }
            }
        }
    }
    return pretty_json(values);
}

std::string report_inputs(const documents::ActionSpec& spec, const YamlNode& inputs,
                          const SecretMasker& masker) {
    json::array list;
    for (const YamlNode* element : documents::input_elements(inputs)) {
        list.push_back(element_json(spec, *element, masker));
    }
    return json::serialize(list);
}

std::string report_loop(const YamlNode& loop) {
    return json::serialize(to_json(loop, nullptr));
}

}  // namespace goldsmith::guest
