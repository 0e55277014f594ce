#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "base/error.h"
#include "runner/commands.h"
#include "runner/toe_report.h"

namespace goldsmith::runner {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// On the guest's memory file system: nothing of it is on the disk.
constexpr const char* kFolder = "/run/goldsmith-documents";
constexpr const char* kNestedIndex = "/run/goldsmith-documents/nested.json";
/// On the disk, because it must survive a restart; the clean-up before imaging removes it.
constexpr const char* kLogFolder = "/var/lib/amazon/toe";
constexpr int kRebootRequested = 194;
/// As the agent that this takes the place of limits it.
constexpr int kMostReboots = 15;
constexpr std::uint64_t kMostReportBytes = 32U << 20;
constexpr std::size_t kMostSummaryBytes = 1U << 20;
constexpr auto kShort = 60s;

class Execution {
public:
    Execution(CommandContext& context, const api::runner::ExecuteDocuments& request,
              api::runner::CommandResult& result)
        : context_(context), request_(request), result_(result) {
        for (std::size_t i = 0; i < request.documents.size(); ++i) {
            documents_[location(i)] = request.documents[i];
        }
    }

    void run() {
        api::runner::ExecutedDocuments executed;
        guest::Exited exited = once();
        while (exited.exit_code == kRebootRequested) {
            if (executed.reboots == kMostReboots) {
                fail("the documents asked for more than " + std::to_string(kMostReboots) +
                     " restarts");
                break;
            }
            ++executed.reboots;
            restart();
            exited = once();
        }
        const auto summary = parse_toe_summary(summary_);
        if (summary) {
            executed.execution_id = summary->execution_id;
            executed.executed_step_count = summary->executed_steps;
            executed.failed_step_count = summary->failed_steps;
            executed.ignored_failed_step_count = summary->ignored_failed_steps;
            executed.detailed_output = detailed_output(*summary);
        }
        if (exited.exit_code != 0 && exited.exit_code != kRebootRequested) {
            explain(exited, summary, executed.detailed_output.value_or(""));
        }
        result_.executed = std::move(executed);
    }

private:
    static std::string location(std::size_t index) {
        return std::string(kFolder) + "/" + std::to_string(index + 1) + ".yaml";
    }

    guest::Deadline soon() const {
        return std::min<guest::Deadline>(context_.deadline,
                                         std::chrono::steady_clock::now() + kShort);
    }

    /// Written anew for each start: a restart empties the memory file system.
    void put_documents() {
        json::array list;
        for (std::size_t i = 0; i < request_.documents.size(); ++i) {
            const api::runner::Document& document = request_.documents[i];
            context_.instance.guest().put_file(location(i), document.text, 0600, soon());
            json::array parameters;
            if (document.parameters) {
                for (const auto& [name, values] : *document.parameters) {
                    parameters.push_back(
                        {{"name", name}, {"value", values.empty() ? "" : values.front()}});
                }
            }
            list.push_back({{"path", location(i)}, {"parameters", std::move(parameters)}});
        }
        put_nested();
        const json::object config{{"documents", std::move(list)}, {"logDirectory", kLogFolder}};
        context_.instance.guest().put_file(std::string(kFolder) + "/run.json",
                                           json::serialize(config), 0600, soon());
    }

    /// What ExecuteDocument may ask for by ARN; see docs/formats/toe-environment.md.
    void put_nested() {
        if (!request_.nested) {
            return;
        }
        json::object index;
        for (std::size_t i = 0; i < request_.nested->size(); ++i) {
            const api::runner::NestedDocument& nested = (*request_.nested)[i];
            const std::string file =
                std::string(kFolder) + "/nested/" + std::to_string(i + 1) + ".yaml";
            context_.instance.guest().put_file(file, nested.text, 0600, soon());
            index[nested.arn] = json::object{{"arn", nested.resolved_arn}, {"file", file}};
        }
        context_.instance.guest().put_file(kNestedIndex, json::serialize(index), 0600, soon());
    }

    guest::ExecRequest command() const {
        std::string phases;
        for (const std::string& phase : request_.phases) {
            phases += (phases.empty() ? "" : ",") + phase;
        }
        guest::ExecRequest request;
        request.argv = {
            instances::kAgentProgram, "run",  "--config", std::string(kFolder) + "/run.json",
            "--reboot-mode",          "exit", "--trace"};
        if (!phases.empty()) {
            request.argv.insert(request.argv.end(), {"--phases", phases});
        }
        request.env = guest_environment(context_.spec);
        if (request_.nested) {
            request.env.push_back(std::string("TOE_COMPONENTS=") + kNestedIndex);
        }
        return request;
    }

    guest::Exited once() {
        put_documents();
        summary_.clear();
        guest::ExecOptions options;
        options.deadline = context_.deadline;
        options.stop = context_.stop;
        options.on_output = [this](std::string_view chunk, bool is_stderr) {
            if (is_stderr) {
                show(lines_.feed(chunk));
            } else if (summary_.size() + chunk.size() <= kMostSummaryBytes) {
                summary_ += chunk;
            }
        };
        const guest::Exited exited = context_.instance.guest().exec(command(), options);
        if (const std::string rest = lines_.rest(); !rest.empty()) {
            show({rest});
        }
        return exited;
    }

    void show(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            output_.add(line);
        }
        context_.log.lines(lines);
    }

    void restart() {
        context_.log.line("Restarting instance " + context_.spec.instance_id);
        context_.instance.reboot(
            std::min<guest::Deadline>(context_.deadline,
                                      std::chrono::steady_clock::now() + kBootLimit),
            context_.stop);
        context_.log.line("Instance " + context_.spec.instance_id + " has restarted");
    }

    std::optional<std::string> detailed_output(const ToeSummary& summary) {
        if (!summary.log_folder.starts_with("/")) {
            return std::nullopt;
        }
        try {
            return context_.instance.guest().get_file(summary.log_folder + "/detailedoutput.json",
                                                      kMostReportBytes, soon());
        } catch (const guest::GuestError& error) {
            context_.log.line(std::string("The executor's report cannot be read: ") + error.what());
            return std::nullopt;
        }
    }

    void fail(const std::string& message) {
        result_.outcome = api::runner::Outcome::failed;
        result_.message = message;
    }

    void explain(const guest::Exited& exited, const std::optional<ToeSummary>& summary,
                 const std::string& report) {
        if (auto failure = first_failure(report, documents_)) {
            failure->last_lines = output_.last_lines_of(failure->step.value_or(""));
            fail(describe(*failure));
            result_.failure = std::move(failure);
            return;
        }
        const std::string how = exited.signal != 0
                                    ? "signal " + std::to_string(exited.signal)
                                    : "exit code " + std::to_string(exited.exit_code);
        fail(summary && !summary->failure_message.empty()
                 ? summary->failure_message
                 : "the component executor ended with " + how + " and did not say why");
    }

    CommandContext& context_;
    const api::runner::ExecuteDocuments& request_;
    api::runner::CommandResult& result_;
    std::map<std::string, api::runner::Document> documents_;
    LineCutter lines_;
    StepOutput output_;
    std::string summary_;
};

}  // namespace

std::vector<std::string> guest_environment(const api::runner::RunSpec& spec) {
    std::map<std::string, std::string> values{
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"HOME", "/root"},
        {"USER", "root"},
        {"LOGNAME", "root"},
        {"SHELL", "/bin/sh"},
        {"LANG", "C.UTF-8"}};
    if (spec.environment) {
        for (const auto& [name, value] : *spec.environment) {
            values[name] = value;
        }
    }
    std::vector<std::string> environment;
    for (const auto& [name, value] : values) {
        environment.push_back(name + "=" + value);
    }
    return environment;
}

void execute_documents(CommandContext& context, const api::runner::ExecuteDocuments& request,
                       api::runner::CommandResult& result) {
    Execution(context, request, result).run();
}

}  // namespace goldsmith::runner
