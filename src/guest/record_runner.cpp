#include "guest/record_runner.h"

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/random.h"
#include "guest/remote_access.h"
#include "guest/run_report.h"

namespace goldsmith::guest {

using documents::ComponentDocument;
using documents::ComponentPhase;
using documents::ComponentStep;

namespace {

bool is_remote(const std::string& location) {
    return location.starts_with("s3://") || location.starts_with("arn:");
}

StepRecord new_step_record(const ComponentStep& step, base::Time now) {
    StepRecord record;
    record.name = step.name;
    record.action = step.action;
    record.timeout_seconds = step.timeout_seconds;
    record.max_attempts = step.max_attempts;
    record.on_failure = documents::on_failure_name(step.on_failure);
    record.loop_json = step.loop ? report_loop(step.loop->source) : "null";
    record.quiet = step.disable_logging;
    record.start_time = now;
    record.end_time = now;
    return record;
}

bool runs_nested_documents(const ComponentDocument& document) {
    return std::ranges::any_of(document.phases, [](const ComponentPhase& phase) {
        return std::ranges::any_of(phase.steps, [](const ComponentStep& step) {
            return step.action == "ExecuteDocument";
        });
    });
}

Outputs nested_outputs(const RunRecord& run) {
    const RunCounts counts = run.counts();
    return {{"executedStepCount", {std::to_string(counts.executed), true}},
            {"executionId", {run.execution_id}},
            {"failedStepCount", {std::to_string(counts.failed), true}},
            {"failureMessage", {run.failure_message}},
            {"ignoredFailedStepCount", {std::to_string(counts.ignored), true}},
            {"logUrl", {""}},
            {"skippedStepCount", {std::to_string(counts.skipped), true}},
            {"status", {std::string(run_status_name(run.status))}}};
}

}  // namespace

std::string canonical_location(const std::string& location) {
    if (is_remote(location)) {
        return location;
    }
    std::error_code ignored;
    const auto path = std::filesystem::weakly_canonical(location, ignored);
    return ignored ? location : path.string();
}

std::string read_local_document(const std::string& path) {
    constexpr std::uint64_t largest_document = 16U << 20;
    return base::read_file(path, largest_document);
}

RemoteDocument load_document(const std::string& location, const std::string& bucket_owner,
                             RemoteAccess& remote, const Patience& patience) {
    if (is_remote(location)) {
        return remote.document(location, bucket_owner, patience);
    }
    return {read_local_document(location), canonical_location(location)};
}

std::map<std::string, std::string> effective_parameters(
    const ComponentDocument& document, const std::map<std::string, std::string>& own,
    const std::map<std::string, std::string>& global, documents::DiagnosticSink& sink) {
    std::map<std::string, std::string> values;
    for (const documents::ComponentParameter& parameter : document.parameters) {
        std::string value = parameter.default_value.value_or("");
        if (auto found = own.find(parameter.name); found != own.end()) {
            value = found->second;
        } else if (found = global.find(parameter.name); found != global.end()) {
            value = found->second;
        }
        const auto& allowed = parameter.allowed_values;
        if (!allowed.empty() && std::ranges::find(allowed, value) == allowed.end()) {
            sink.error(parameter.position, "the value '" + value + "' of the parameter '" +
                                               parameter.name + "' is not allowed");
        }
        values[parameter.name] = value;
    }
    return values;
}

RecordRunner::RecordRunner(const RunServices& services, RunRecord& record,
                           std::vector<std::string> ancestors)
    : services_(services), record_(record), ancestors_(std::move(ancestors)) {}

void RecordRunner::parse() {
    documents_.clear();
    for (const DocumentRecord& document : record_.documents) {
        documents_.push_back(
            documents::parse_component(document.source, document.location, services_.rules));
    }
}

Flow RecordRunner::run() {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
        DocumentRecord& document = record_.documents[i];
        if (document.finished) {
            continue;
        }
        const Flow flow = run_document(documents_[i], document);
        if (flow == Flow::reboot) {
            return flow;
        }
        if (flow == Flow::stop) {
            break;
        }
    }
    finish(record_);
    return Flow::next;
}

void RecordRunner::finish(RunRecord& record) const {
    record.finished = true;
    record.end_time = services_.log.clock().now();
    for (const DocumentRecord& document : record.documents) {
        record.status = worse(record.status, document.status);
        if (record.failure_message.empty()) {
            record.failure_message = document.failure_message;
        }
    }
}

Flow RecordRunner::run_document(const ComponentDocument& document, DocumentRecord& record) {
    services_.log.info("Document " + record.location);
    if (record.start_time == base::Time{}) {
        record.start_time = services_.log.clock().now();
        record.name = document.name;
        record.description = document.description;
    }
    services_.observer.document_started(services_.log.masker().mask(record.location));
    current_document_ =
        record.canonical.empty() ? canonical_location(record.location) : record.canonical;
    ValueResolver resolver(
        {document, record, record_.execution_id, services_.remote, services_.log, services_.stop});
    Flow flow = Flow::next;
    for (const ComponentPhase& phase : document.phases) {
        const auto& wanted = record_.phases;
        if (!wanted.empty() && std::ranges::find(wanted, phase.name) == wanted.end()) {
            continue;
        }
        auto found = std::ranges::find(record.phases, phase.name, &PhaseRecord::name);
        if (found == record.phases.end()) {
            PhaseRecord fresh;
            fresh.name = phase.name;
            fresh.start_time = services_.log.clock().now();
            found = record.phases.insert(found, std::move(fresh));
        } else if (found->finished) {
            continue;
        }
        flow = run_phase(phase, *found, resolver);
        if (flow == Flow::reboot) {
            return flow;
        }
        record.status = worse(record.status, found->status);
        if (flow == Flow::stop) {
            break;
        }
    }
    record.finished = true;
    record.end_time = services_.log.clock().now();
    if (record.status >= ScopeStatus::timed_out) {
        record.failure_message = "Document " + record.location + " failed!";
    }
    return flow;
}

Flow RecordRunner::run_phase(const ComponentPhase& phase, PhaseRecord& record,
                             ValueResolver& resolver) {
    services_.log.info("Phase " + phase.name);
    services_.observer.phase_started(record);
    const StepRunner::Services step_services{services_.log, services_.stop,     services_.remote,
                                             resolver,      services_.observer, *this};
    // References into the list are handed out, so it must not move.
    record.steps.reserve(phase.steps.size());
    Flow flow = Flow::next;
    for (const ComponentStep& step : phase.steps) {
        auto found = std::ranges::find(record.steps, step.name, &StepRecord::name);
        if (found == record.steps.end()) {
            found = record.steps.insert(found, new_step_record(step, services_.log.clock().now()));
        } else if (found->status != StepStatus::running) {
            continue;
        }
        resolver.enter(phase.name, step.name);
        flow = StepRunner(step_services, step, *found).run();
        if (flow == Flow::reboot) {
            return flow;
        }
        record.status = worse(record.status, scope_status_of(found->status));
        if (flow == Flow::stop) {
            break;
        }
    }
    record.finished = true;
    record.end_time = services_.log.clock().now();
    if (record.status >= ScopeStatus::timed_out) {
        record.failure_message = "Phase " + record.name + " failed!";
    }
    return flow;
}

/// The canonical locations of the running document and those above it, outermost first.
std::vector<std::string> RecordRunner::chain() const {
    std::vector<std::string> chain = ancestors_;
    chain.push_back(current_document_);
    return chain;
}

RunRecord RecordRunner::load_nested(const ModuleInput& input, const std::string& location) const {
    const std::vector<std::string> chain = this->chain();
    const auto refuse_cycle = [&](const std::string& canonical) {
        if (std::ranges::find(chain, canonical) != chain.end()) {
            throw StepFailure("the document " + location +
                              " is already running above this step; a document "
                              "must not run itself");
        }
    };
    refuse_cycle(canonical_location(location));
    if (chain.size() >= longest_document_chain) {
        throw StepFailure("the document " + location + " would be nested more than 3 levels deep");
    }
    RunRecord run;
    base::SystemRandom random;
    run.execution_id = base::make_uuid(random);
    run.start_time = services_.log.clock().now();
    for (std::string_view rest = input.node().find("phases") != nullptr
                                     ? std::string_view(input.node().find("phases")->text)
                                     : std::string_view();
         !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        run.phases.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    DocumentRecord document;
    document.location = location;
    // The step has no time limit (ED-1); a stop ends the fetch.
    RemoteDocument loaded = load_document(location, input.text("document-s3-bucket-owner"),
                                          services_.remote, {services_.stop, {}});
    refuse_cycle(loaded.canonical);
    document.source = std::move(loaded.text);
    document.canonical = std::move(loaded.canonical);
    const ComponentDocument parsed =
        documents::parse_component(document.source, location, services_.rules);
    if (chain.size() + 1 == longest_document_chain && runs_nested_documents(parsed)) {
        throw StepFailure("the document " + location +
                          " is nested 3 levels deep and must not contain ExecuteDocument");
    }
    std::map<std::string, std::string> given;
    if (const documents::YamlNode* parameters = input.node().find("parameters")) {
        for (const documents::YamlNode& item : parameters->items) {
            given[item.find("name")->text] = item.find("value")->text;
        }
    }
    documents::DiagnosticSink sink(location);
    document.parameters = effective_parameters(parsed, given, {}, sink);
    sink.throw_if_any();
    run.documents.push_back(std::move(document));
    return run;
}

ModuleResult RecordRunner::run_nested(const ModuleInput& input, StepRecord& step) {
    const std::string location = input.text("document");
    const bool resumes = !step.nested.empty() && !step.nested.back().finished;
    if (!resumes) {
        try {
            step.nested.push_back(load_nested(input, location));
        } catch (const documents::DocumentErrors& errors) {
            throw StepFailure("the document " + location + " is not valid: " + errors.to_string());
        }
    }
    RunRecord& run = step.nested.back();
    RecordRunner runner(services_, run, chain());
    runner.parse();
    if (runner.run() == Flow::reboot) {
        return {ModuleOutcome::repeat_after_reboot, {}};
    }
    Outputs outputs = nested_outputs(run);
    if (run.status >= ScopeStatus::timed_out) {
        const auto failure = run.first_failure();
        throw StepFailure(run.failure_message +
                          (failure.step == nullptr
                               ? ""
                               : " Step '" + failure.step->name + "' of phase '" +
                                     failure.phase->name + "': " + failure.step->failure_message));
    }
    return {ModuleOutcome::done, std::move(outputs)};
}

}  // namespace goldsmith::guest
