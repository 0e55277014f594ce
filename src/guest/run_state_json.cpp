#include "guest/run_state_json.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/error.h"

namespace goldsmith::guest {

namespace json = boost::json;

json::value text_to_json(const std::string& text) {
    if (base::is_utf8(text)) {
        return json::string(text);
    }
    return json::object{{"base64", base::base64_encode(text)}};
}

std::string text_from_json(const json::value& value) {
    if (value.is_string()) {
        return std::string(value.get_string());
    }
    const auto decoded =
        base::base64_decode(std::string_view(value.as_object().at("base64").as_string()));
    if (!decoded) {
        throw base::Error("a value is not base64");
    }
    return *decoded;
}

namespace {

std::int64_t integer_of(const json::value& value) {
    return value.to_number<std::int64_t>();
}

json::value time_to_json(base::Time time) {
    return std::int64_t{time.time_since_epoch().count()};
}

base::Time time_of(const json::value& value) {
    return base::Time(base::Time::duration(integer_of(value)));
}

json::object texts_to_json(const std::map<std::string, std::string>& texts) {
    json::object object;
    for (const auto& [key, value] : texts) {
        object[key] = text_to_json(value);
    }
    return object;
}

std::map<std::string, std::string> texts_of(const json::value& value) {
    std::map<std::string, std::string> texts;
    for (const auto& [key, text] : value.as_object()) {
        texts[key] = text_from_json(text);
    }
    return texts;
}

json::object outputs_to_json(const Outputs& outputs) {
    json::object object;
    for (const auto& [key, value] : outputs) {
        object[key] = json::object{{"text", text_to_json(value.text)}, {"number", value.number}};
    }
    return object;
}

Outputs outputs_of(const json::value& value) {
    Outputs outputs;
    for (const auto& [key, output] : value.as_object()) {
        outputs[key] = {text_from_json(output.as_object().at("text")),
                        output.as_object().at("number").as_bool()};
    }
    return outputs;
}

template <typename List, typename Convert>
json::array list_to_json(const List& list, Convert convert) {
    json::array array;
    for (const auto& item : list) {
        array.push_back(convert(item));
    }
    return array;
}

json::object step_to_json(const StepRecord& step) {
    return {{"name", step.name},
            {"action", step.action},
            {"timeoutSeconds", step.timeout_seconds},
            {"maxAttempts", step.max_attempts},
            {"onFailure", step.on_failure},
            {"loop", step.loop_json},
            {"quiet", step.quiet},
            {"status", static_cast<int>(step.status)},
            {"failureMessage", text_to_json(step.failure_message)},
            {"stderr", text_to_json(step.stderr_text)},
            {"startTime", time_to_json(step.start_time)},
            {"endTime", time_to_json(step.end_time)},
            {"inputs", text_to_json(step.inputs_json)},
            {"inputValues", list_to_json(step.input_values, texts_to_json)},
            {"outputs", outputs_to_json(step.outputs)},
            {"nested", list_to_json(step.nested, run_to_json)},
            {"decision",
             step.decision ? json::value(static_cast<int>(*step.decision)) : json::value(nullptr)},
            {"failedAttempts", step.failed_attempts},
            {"iteration", step.iteration}};
}

StepRecord step_of(const json::object& object) {
    StepRecord step;
    step.name = object.at("name").as_string();
    step.action = object.at("action").as_string();
    step.timeout_seconds = integer_of(object.at("timeoutSeconds"));
    step.max_attempts = integer_of(object.at("maxAttempts"));
    step.on_failure = object.at("onFailure").as_string();
    step.loop_json = object.at("loop").as_string();
    step.quiet = object.at("quiet").as_bool();
    step.status = static_cast<StepStatus>(integer_of(object.at("status")));
    step.failure_message = text_from_json(object.at("failureMessage"));
    step.stderr_text = text_from_json(object.at("stderr"));
    step.start_time = time_of(object.at("startTime"));
    step.end_time = time_of(object.at("endTime"));
    step.inputs_json = text_from_json(object.at("inputs"));
    for (const json::value& values : object.at("inputValues").as_array()) {
        step.input_values.push_back(texts_of(values));
    }
    step.outputs = outputs_of(object.at("outputs"));
    for (const json::value& nested : object.at("nested").as_array()) {
        step.nested.push_back(run_from_json(nested.as_object()));
    }
    if (!object.at("decision").is_null()) {
        step.decision =
            static_cast<documents::ConditionalAction>(integer_of(object.at("decision")));
    }
    step.failed_attempts = integer_of(object.at("failedAttempts"));
    step.iteration = object.at("iteration").to_number<std::size_t>();
    return step;
}

/// The members that phases, documents and runs share.
template <typename Scope>
json::object scope_to_json(const Scope& scope) {
    return {{"finished", scope.finished},
            {"status", static_cast<int>(scope.status)},
            {"failureMessage", text_to_json(scope.failure_message)},
            {"startTime", time_to_json(scope.start_time)},
            {"endTime", time_to_json(scope.end_time)}};
}

template <typename Scope>
void read_scope(const json::object& object, Scope& scope) {
    scope.finished = object.at("finished").as_bool();
    scope.status = static_cast<ScopeStatus>(integer_of(object.at("status")));
    scope.failure_message = text_from_json(object.at("failureMessage"));
    scope.start_time = time_of(object.at("startTime"));
    scope.end_time = time_of(object.at("endTime"));
}

json::object phase_to_json(const PhaseRecord& phase) {
    json::object object = scope_to_json(phase);
    object["name"] = phase.name;
    object["steps"] = list_to_json(phase.steps, step_to_json);
    return object;
}

PhaseRecord phase_of(const json::object& object) {
    PhaseRecord phase;
    read_scope(object, phase);
    phase.name = object.at("name").as_string();
    for (const json::value& step : object.at("steps").as_array()) {
        phase.steps.push_back(step_of(step.as_object()));
    }
    return phase;
}

json::object document_to_json(const DocumentRecord& document) {
    json::object object = scope_to_json(document);
    object["location"] = document.location;
    object["canonical"] = document.canonical;
    object["name"] = document.name;
    object["description"] = document.description;
    object["parameters"] = texts_to_json(document.parameters);
    object["source"] = document.source;
    object["phases"] = list_to_json(document.phases, phase_to_json);
    return object;
}

DocumentRecord document_of(const json::object& object) {
    DocumentRecord document;
    read_scope(object, document);
    document.location = object.at("location").as_string();
    if (const json::value* canonical = object.if_contains("canonical")) {
        document.canonical = canonical->as_string();
    }
    document.name = object.at("name").as_string();
    document.description = object.at("description").as_string();
    document.parameters = texts_of(object.at("parameters"));
    document.source = object.at("source").as_string();
    for (const json::value& phase : object.at("phases").as_array()) {
        document.phases.push_back(phase_of(phase.as_object()));
    }
    return document;
}

}  // namespace

json::object run_to_json(const RunRecord& record) {
    json::object object = scope_to_json(record);
    object["executionId"] = record.execution_id;
    object["phases"] =
        list_to_json(record.phases, [](const std::string& name) { return json::value(name); });
    object["documents"] = list_to_json(record.documents, document_to_json);
    return object;
}

RunRecord run_from_json(const json::object& object) {
    RunRecord record;
    read_scope(object, record);
    record.execution_id = object.at("executionId").as_string();
    for (const json::value& phase : object.at("phases").as_array()) {
        record.phases.emplace_back(phase.as_string());
    }
    for (const json::value& document : object.at("documents").as_array()) {
        record.documents.push_back(document_of(document.as_object()));
    }
    return record;
}

}  // namespace goldsmith::guest
