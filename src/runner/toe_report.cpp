#include "runner/toe_report.h"

#include <boost/json.hpp>

namespace goldsmith::runner {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostLines = 50;
constexpr std::size_t kMostSteps = 2000;

std::string text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int32_t number(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    boost::system::error_code error;
    const auto result = value != nullptr ? value->to_number<std::int32_t>(error) : 0;
    return error ? 0 : result;
}

/// The members of a list that are objects.
std::vector<const json::object*> objects(const json::object& object, std::string_view key) {
    std::vector<const json::object*> found;
    const json::value* list = object.if_contains(key);
    if (list != nullptr && list->is_array()) {
        for (const json::value& entry : list->as_array()) {
            if (entry.is_object()) {
                found.push_back(&entry.as_object());
            }
        }
    }
    return found;
}

bool has_failed(const json::object& object) {
    const std::string status = text(object, "status");
    return status == "failed" || status == "timedOut";
}

std::optional<std::int32_t> exit_status(const std::string& message) {
    constexpr std::string_view prefix = "exit status ";
    const std::size_t at = message.find(prefix);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    const std::string digits = message.substr(at + prefix.size(), 10);
    return digits.empty() || std::isdigit(static_cast<unsigned char>(digits[0])) == 0
               ? std::nullopt
               : std::optional<std::int32_t>(
                     static_cast<std::int32_t>(std::strtol(digits.c_str(), nullptr, 10)));
}

std::optional<json::object> parse_object(const std::string& source) {
    boost::system::error_code error;
    const json::value value = json::parse(source, error);
    return error || !value.is_object() ? std::nullopt
                                       : std::optional<json::object>(value.as_object());
}

api::runner::StepFailure failure_of(const json::object& document, const json::object* phase,
                                    const json::object* step,
                                    const std::map<std::string, api::runner::Document>& documents) {
    api::runner::StepFailure failure;
    const auto known = documents.find(text(document, "filePath"));
    if (known != documents.end()) {
        failure.component = known->second.name;
        failure.component_arn = known->second.arn;
    } else {
        failure.component = text(document, "name");
    }
    failure.message = text(document, "failureMessage");
    if (phase != nullptr) {
        failure.phase = text(*phase, "name");
        failure.message = text(*phase, "failureMessage");
    }
    if (step != nullptr) {
        failure.step = text(*step, "name");
        failure.action = text(*step, "action");
        failure.message = text(*step, "failureMessage");
        failure.exit_code = exit_status(failure.message);
    }
    return failure;
}

}  // namespace

std::optional<ToeSummary> parse_toe_summary(const std::string& source) {
    const auto object = parse_object(source);
    if (!object || text(*object, "status").empty()) {
        return std::nullopt;
    }
    return ToeSummary{text(*object, "executionId"),
                      text(*object, "status"),
                      text(*object, "failureMessage"),
                      text(*object, "logUrl"),
                      number(*object, "executedStepCount"),
                      number(*object, "failedStepCount"),
                      number(*object, "ignoredFailedStepCount")};
}

std::optional<api::runner::StepFailure> first_failure(
    const std::string& detailed_output,
    const std::map<std::string, api::runner::Document>& documents) {
    const auto report = parse_object(detailed_output);
    if (!report) {
        return std::nullopt;
    }
    for (const json::object* document : objects(*report, "documents")) {
        for (const json::object* phase : objects(*document, "phases")) {
            for (const json::object* step : objects(*phase, "steps")) {
                if (has_failed(*step)) {
                    return failure_of(*document, phase, step, documents);
                }
            }
            if (has_failed(*phase)) {
                return failure_of(*document, phase, nullptr, documents);
            }
        }
        if (has_failed(*document)) {
            return failure_of(*document, nullptr, nullptr, documents);
        }
    }
    return std::nullopt;
}

std::string describe(const api::runner::StepFailure& failure) {
    std::string sentence = "component " + failure.component;
    if (failure.phase) {
        sentence += ", phase " + *failure.phase;
    }
    if (failure.step) {
        sentence += ", step " + *failure.step;
    }
    if (failure.action) {
        sentence += " (" + *failure.action + ")";
    }
    return sentence + ": " + (failure.message.empty() ? "failed" : failure.message);
}

void StepOutput::add(const std::string& line) {
    constexpr std::string_view step = "Step ";
    constexpr std::string_view command = "CmdExecution: ";
    constexpr std::string_view out = "CmdExecution: Stdout: ";
    constexpr std::string_view err = "CmdExecution: Stderr: ";
    if (line.starts_with(step)) {
        step_ = line.substr(step.size());
        lines_.erase(step_);
        in_stderr_ = false;
    } else if (line.starts_with(out)) {
        in_stderr_ = false;
        keep(line.substr(out.size()));
    } else if (line.starts_with(err)) {
        // Standard error is one message of several lines; it ends with the next one about the
        // command.
        in_stderr_ = true;
        keep(line.substr(err.size()));
    } else if (line.starts_with(command)) {
        in_stderr_ = false;
    } else if (in_stderr_) {
        keep(line);
    }
}

void StepOutput::keep(const std::string& line) {
    if (!lines_.contains(step_) && lines_.size() >= kMostSteps) {
        return;
    }
    auto& kept = lines_[step_];
    kept.push_back(line.substr(0, 4096));
    if (kept.size() > kMostLines) {
        kept.pop_front();
    }
}

std::vector<std::string> StepOutput::last_lines_of(const std::string& step) const {
    const auto found = lines_.find(step);
    return found == lines_.end()
               ? std::vector<std::string>{}
               : std::vector<std::string>(found->second.begin(), found->second.end());
}

}  // namespace goldsmith::runner
