#include "guest/executor.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/error.h"
#include "base/random.h"
#include "guest/reboot.h"
#include "guest/record_runner.h"
#include "guest/resume_trigger.h"
#include "guest/run_log.h"
#include "guest/run_report.h"
#include "guest/run_state.h"

namespace goldsmith::guest {
namespace {

/// Systems Manager's limit, which documents were written for.
constexpr std::int64_t most_reboots = 15;

std::string log_folder_name(base::Time now, const std::string& execution_id) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    std::strftime(text, sizeof text, "TOE_%Y-%m-%d_%H-%M-%S_UTC-0_", &parts);
    return text + execution_id;
}

documents::ComponentRules rules_of(const std::vector<std::string>& blocked) {
    documents::ComponentRules rules;
    rules.blocked_actions.insert(blocked.begin(), blocked.end());
    return rules;
}

std::vector<std::string> own_environment() {
    std::vector<std::string> entries;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        entries.emplace_back(*entry);
    }
    return entries;
}

void restore_environment(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const std::size_t equals = entry.find('=');
        if (equals != std::string::npos) {
            ::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
        }
    }
}

class Execution {
public:
    Execution(const RunRequest& request, const RunSurroundings& surroundings)
        : request_(request),
          surroundings_(surroundings),
          shipping_(request.log_destinations, surroundings.remote, surroundings.stop),
          state_directory_(request.state_directory) {
        if (state_directory_.empty()) {
            state_directory_ = request.log_directory / ".toe-state";
        }
    }

    RunResult run() {
        try {
            run_to_end();
        } catch (const documents::DocumentErrors& errors) {
            result_.diagnostics = masker_.mask(errors.to_string());
            fail(errors.what());
        } catch (const std::exception& error) {
            fail(base::error_chain(error));
        }
        if (result_.exit_code != exit_reboot) {
            wrap_up();
        }
        log_.reset();
        result_.log_folder = state_.log_folder;
        result_.record = std::move(state_.record);
        return std::move(result_);
    }

private:
    void run_to_end() {
        const bool resumes = load_state();
        if (!resumes) {
            start();
        }
        const documents::ComponentRules rules = rules_of(state_.blocked_actions);
        const RunServices services{*log_, surroundings_.stop, surroundings_.remote,
                                   surroundings_.observer, rules};
        RecordRunner runner(services, state_.record);
        runner.parse();
        if (runner.run() == Flow::reboot) {
            reboot();
            return;
        }
        result_.exit_code =
            state_.record.status >= ScopeStatus::timed_out ? exit_failure : exit_success;
    }

    bool load_state() {
        auto loaded = load_run_state(state_directory_);
        if (!loaded) {
            return false;
        }
        state_ = std::move(*loaded);
        remove_resume_trigger();
        restore_environment(state_.environment);
        open_log();
        log_->info("Recovery completed for detailed output.");
        log_->info("Executor: System has rebooted successfully");
        return true;
    }

    void start() {
        RunRecord& record = state_.record;
        record.execution_id = request_.execution_id;
        if (record.execution_id.empty()) {
            base::SystemRandom random;
            record.execution_id = base::make_uuid(random);
        }
        record.start_time = surroundings_.clock.now();
        record.end_time = record.start_time;
        record.phases = request_.phases;
        state_.blocked_actions = request_.blocked_actions;
        state_.secret_parameters = request_.secret_parameters;
        // Before anything is said about the documents: a message may quote a value.
        keep_secrets(request_.parameters);
        for (const DocumentRequest& document : request_.documents) {
            keep_secrets(document.parameters);
        }
        // Documents first: a mistyped name leaves no folder behind.
        load_documents();
        const base::Path folder = std::filesystem::absolute(request_.log_directory) /
                                  log_folder_name(record.start_time, record.execution_id);
        base::make_directories(folder, 0700);
        state_.log_folder = folder.string();
        for (std::size_t i = 0; i < record.documents.size(); ++i) {
            const std::string name =
                i == 0 ? "document.yaml" : "document_" + std::to_string(i + 1) + ".yaml";
            base::write_file_atomically(folder / name, record.documents[i].source, 0600,
                                        base::Durability::fast);
        }
        open_log();
        for (const std::string& warning : warnings_) {
            log_->debug(warning);
        }
    }

    void load_documents() {
        const documents::ComponentRules rules = rules_of(request_.blocked_actions);
        for (const DocumentRequest& wanted : request_.documents) {
            DocumentRecord document;
            document.location = wanted.location;
            RemoteDocument loaded = load_document(wanted.location, request_.document_bucket_owner,
                                                  surroundings_.remote, {surroundings_.stop, {}});
            document.source = std::move(loaded.text);
            document.canonical = std::move(loaded.canonical);
            const auto parsed = documents::parse_component(document.source, wanted.location, rules);
            documents::DiagnosticSink sink(wanted.location);
            document.parameters =
                effective_parameters(parsed, wanted.parameters, request_.parameters, sink);
            sink.throw_if_any();
            note_missing_parameters(parsed, wanted);
            keep_secrets(document.parameters);
            state_.record.documents.push_back(std::move(document));
        }
    }

    void note_missing_parameters(const documents::ComponentDocument& document,
                                 const DocumentRequest& wanted) {
        for (const documents::ComponentParameter& parameter : document.parameters) {
            const bool given = parameter.default_value ||
                               wanted.parameters.contains(parameter.name) ||
                               request_.parameters.contains(parameter.name);
            if (!given) {
                warnings_.push_back("the parameter '" + parameter.name + "' of " + wanted.location +
                                    " has no value; the empty string is used");
            }
        }
    }

    void keep_secrets(const std::map<std::string, std::string>& values) {
        for (const std::string& name : state_.secret_parameters) {
            if (auto found = values.find(name); found != values.end()) {
                masker_.add(found->second);
            }
        }
    }

    void open_log() {
        for (const DocumentRecord& document : state_.record.documents) {
            keep_secrets(document.parameters);
        }
        log_ = std::make_unique<RunLog>(state_.log_folder, surroundings_.clock, masker_,
                                        [this](std::string_view message) {
                                            surroundings_.observer.message(message);
                                            shipping_.send(message);
                                        });
        shipping_.open(state_.record.execution_id);
    }

    void reboot() {
        log_->info("Getting reboot signal");
        if (++state_.reboots > most_reboots) {
            throw base::Error("the documents asked for more than " + std::to_string(most_reboots) +
                              " reboots");
        }
        const bool alone = request_.reboot_mode == RebootMode::system;
        state_.environment = alone ? own_environment() : std::vector<std::string>();
        save_run_state(state_directory_, state_);
        log_->info("Rebooting the system now");
        write_reports();
        log_->flush();
        if (const auto problem = shipping_.close()) {
            log_->debug(*problem);
        }
        if (alone) {
            reboot_system(resume_command());
        }
        result_.exit_code = exit_reboot;
    }

    std::vector<std::string> resume_command() const {
        std::vector<std::string> command = request_.resume_command;
        if (!request_.resume_config.empty()) {
            const base::Path path = save_run_config(std::filesystem::absolute(state_directory_),
                                                    request_.resume_config);
            command.insert(command.end(), {"--config", path.string()});
        }
        return command;
    }

    /// A failure of the run itself rather than of a step.
    void fail(const std::string& message) {
        RunRecord& record = state_.record;
        record.status = ScopeStatus::failed;
        record.failure_message = masker_.mask(message);
        record.finished = true;
        record.end_time = surroundings_.clock.now();
        close_open_scopes(record, record.failure_message);
        result_.exit_code = exit_failure;
    }

    static void close_open_scopes(RunRecord& record, const std::string& message) {
        for (DocumentRecord& document : record.documents) {
            for (PhaseRecord& phase : document.phases) {
                for (StepRecord& step : phase.steps) {
                    if (step.status == StepStatus::running) {
                        step.status = StepStatus::failed;
                        step.failure_message = message;
                        step.end_time = record.end_time;
                        phase.status = ScopeStatus::failed;
                    }
                }
                if (!phase.finished) {
                    phase.end_time = record.end_time;
                    document.status = worse(document.status, phase.status);
                }
            }
            if (!document.finished) {
                document.end_time = record.end_time;
            }
        }
    }

    void wrap_up() {
        std::string log_url = state_.log_folder;
        if (log_) {
            try {
                write_closing_lines();
                write_reports();
                log_->flush();
                log_url = ship_log();
            } catch (const std::exception& error) {
                result_.exit_code = exit_failure;
                state_.record.status = ScopeStatus::failed;
                if (state_.record.failure_message.empty()) {
                    state_.record.failure_message = base::error_chain(error);
                }
            }
        }
        if (log_ || result_.exit_code == exit_success) {
            remove_run_state(state_directory_);
        }
        result_.summary = run_summary(state_.record, log_url);
    }

    /// Where the log is then. Both ways are tried whatever happens to the other.
    std::string ship_log() {
        const auto problem = shipping_.close();
        const std::string uploaded = shipping_.upload(state_.log_folder);
        if (problem) {
            throw RemoteFailure(*problem);
        }
        return uploaded.empty() ? state_.log_folder : uploaded;
    }

    void write_closing_lines() {
        log_->info("Executor: FINISHED EXECUTION OF ALL DOCUMENTS");
        const bool failed = result_.exit_code != exit_success;
        if (failed) {
            write_failure_block();
        }
        log_->info(failed ? "TOE has completed execution with failure - Execution failed!"
                          : "TOE has completed execution successfully");
    }

    /// The first failed step, for people and for services that build a message from it.
    void write_failure_block() {
        const RunRecord::Failure failure = state_.record.first_failure();
        if (failure.step == nullptr) {
            log_->info("ErrorMessage: " + state_.record.failure_message);
            return;
        }
        log_->info("Document: " + (failure.document->name.empty() ? failure.document->location
                                                                  : failure.document->name));
        if (failure.document->location.starts_with("arn:")) {
            log_->info("ComponentArn: " + failure.document->location);
        }
        log_->info("Phase: " + failure.phase->name);
        log_->info("Step: " + failure.step->name);
        log_->info("Action: " + failure.step->action);
        if (!failure.step->failure_message.empty()) {
            log_->info("ErrorMessage: " + failure.step->failure_message);
        }
        if (!failure.step->stderr_text.empty()) {
            log_->info("Stderr: " + failure.step->stderr_text);
        }
    }

    void write_reports() {
        const base::Path folder = state_.log_folder;
        base::write_file_atomically(folder / "detailedoutput.json",
                                    detailed_output(state_.record, masker_), 0600,
                                    base::Durability::fast);
        base::write_file_atomically(folder / "chaining.json",
                                    chaining_values(state_.record, masker_), 0600,
                                    base::Durability::fast);
    }

    const RunRequest& request_;
    const RunSurroundings& surroundings_;
    LogShipping shipping_;
    base::Path state_directory_;
    SecretMasker masker_;
    std::unique_ptr<RunLog> log_;
    std::vector<std::string> warnings_;
    RunState state_;
    RunResult result_;
};

}  // namespace

RunResult run_components(const RunRequest& request, const RunSurroundings& surroundings) {
    return Execution(request, surroundings).run();
}

}  // namespace goldsmith::guest
