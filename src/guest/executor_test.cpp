// What golden documents cannot show: logs, stopping, full disks, secrets, resumption.
#include "guest/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <filesystem>

#include "base/clock.h"
#include "base/process.h"

namespace goldsmith::guest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ExecutorTest : public ::testing::Test {
protected:
    ExecutorTest() { request_.log_directory = folder_.path() / "logs"; }

    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    void add_document(const std::string& steps, const std::string& head = "") {
        const std::string file = path("d" + std::to_string(request_.documents.size()) + ".yml");
        base::write_file_atomically(file, "schemaVersion: 1.0\n" + head +
                                              "phases:\n  - name: build\n    steps:" +
                                              (steps.empty() ? " []\n" : "\n" + steps));
        request_.documents.push_back({file, {}});
    }

    static std::string bash(const std::string& name, const std::string& command,
                            const std::string& extra = "") {
        return "      - {name: " + name + ", action: ExecuteBash, " + extra +
               "inputs: {commands: [" + command + "]}}\n";
    }

    RunResult run() { return run_components(request_, {clock_, stop_, remote_, observer_}); }

    static std::string log_of(const RunResult& result, const std::string& file = "console.log") {
        return base::read_file(result.log_folder / file);
    }

    /// Every file of the log folder in one text.
    static std::string everything(const RunResult& result) {
        std::string text;
        for (const auto& entry : std::filesystem::directory_iterator(result.log_folder)) {
            if (entry.path().filename() != "document.yaml") {
                text += base::read_file(entry.path());
            }
        }
        return text + result.summary;
    }

    base::TempDir folder_{"executor"};
    RunRequest request_;
    base::SystemClock clock_;
    StopSignal stop_;
    OfflineAccess remote_;
    RunObserver observer_;
};

TEST_F(ExecutorTest, ConsoleLogHasTheLinesThatToolsMatch) {
    add_document(bash("Say", "echo out; echo err >&2; exit 2"));
    const RunResult result = run();
    EXPECT_EQ(result.exit_code, 1);
    std::string log = log_of(result);
    std::size_t at = 0;
    for (const std::string& line :
         {"Info Document " + request_.documents[0].location, std::string("Info Phase build"),
          std::string("Info Step Say"), std::string("Info ExecuteBash: STARTED EXECUTION"),
          std::string("Info ExecuteBash: Created temporary directory: /"),
          std::string("Info CmdExecution: Stdout: out"),
          std::string("Info CmdExecution: Stderr: err"),
          std::string("Info CmdExecution: Command execution has resulted in an error"),
          std::string("Info CmdExecution: ExitCode 2"),
          std::string("Info Executor: FINISHED EXECUTION OF ALL DOCUMENTS"),
          std::string("Info Phase: build"), std::string("Info Step: Say"),
          std::string("Info Action: ExecuteBash"), std::string("Info ErrorMessage: exit status 2"),
          std::string("Info Stderr: err"),
          std::string("Info TOE has completed execution with failure - Execution failed!")}) {
        const std::size_t found = log.find(line, at);
        ASSERT_NE(found, std::string::npos) << line << "\nin:\n" << log;
        at = found;
    }
}

TEST_F(ExecutorTest, LogFolderIsPrivateAndNamedAfterTheRun) {
    add_document("");
    request_.execution_id = "my-run";
    const RunResult result = run();
    EXPECT_THAT(result.log_folder.filename().string(),
                ::testing::MatchesRegex("TOE_[-_0-9]+_UTC-0_my-run"));
    struct stat facts {};
    ASSERT_EQ(::stat(result.log_folder.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0700U);
    EXPECT_EQ(base::read_file(result.log_folder / "document.yaml"),
              base::read_file(request_.documents[0].location));
}

TEST_F(ExecutorTest, DocumentsRunOneAfterTheOtherAndAbortStopsAll) {
    add_document(bash("One", "exit 1", "onFailure: Continue, "));
    add_document(bash("Two", "exit 1"));
    add_document(bash("Three", "touch " + path("three")));
    const RunResult result = run();
    EXPECT_EQ(result.record.counts().failed, 2);
    EXPECT_FALSE(std::filesystem::exists(path("three")));
    EXPECT_THAT(result.summary,
                HasSubstr("Document " + request_.documents[0].location + " failed!"));
}

TEST_F(ExecutorTest, TimeoutKillsWhatLeftItsSession) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    add_document(bash("Slow",
                      "'setsid -f sleep 3471', 'trap \"\" TERM', 'setsid sleep 3472 & sleep 3473'",
                      "timeoutSeconds: 1, "));
    EXPECT_EQ(run().record.status, ScopeStatus::timed_out);
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto command = [&] {
            try {
                return base::read_file_if_exists(entry.path() / "cmdline").value_or("");
            } catch (const base::Error&) {
                return std::string();
            }
        }();
        EXPECT_THAT(command, Not(HasSubstr(std::string("sleep") + '\0' + "347"))) << entry.path();
    }
}

TEST_F(ExecutorTest, StopSignalEndsTheRunCleanly) {
    add_document(bash("Long", "echo started, sleep 3481"));
    struct StopAtOutput : RunObserver {
        explicit StopAtOutput(StopSignal& signal) : stop(signal) {}
        void message(std::string_view text) override {
            if (text.find("started") != std::string_view::npos) {
                stop.request();
            }
        }
        StopSignal& stop;
    } observer(stop_);
    const RunResult result = run_components(request_, {clock_, stop_, remote_, observer});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.summary, HasSubstr("the run was stopped by a signal"));
    EXPECT_THAT(log_of(result, "detailedoutput.json"), HasSubstr("stopped by a signal"));
    EXPECT_FALSE(std::filesystem::exists(path("logs/.toe-state")));
}

TEST_F(ExecutorTest, SecretsReachNoFile) {
    request_.secret_parameters = {"password"};
    request_.parameters = {{"password", "s3cr3t/Value+1"}};
    add_document(
        bash("Leak",
             "'p=\"{{ password }}\"', 'echo \"is $p\"', 'echo -n \"x$p\" | base64', 'echo "
             "s3cr3t%2FValue%2B1', "
             "'printf %s \"${p:0:10}\"; sleep 0.2; echo \"${p:10}\"', 'echo $p >&2', 'exit 1'"),
        "parameters: [{password: {type: string}}]\n");
    const std::string text = everything(run());
    EXPECT_THAT(text, HasSubstr("is ****"));
    EXPECT_THAT(text, Not(HasSubstr("s3cr3t")));
    EXPECT_THAT(text, Not(HasSubstr("M2NyM3QvVmFsdWUr")));  // the inside of the base64 form
}

TEST_F(ExecutorTest, CredentialsAreRecognised) {
    add_document(bash("Leak", "echo AKIA''IOSFODNN7EXAMPLE, echo https://user:hunter22@host/"));
    const std::string text = everything(run());
    EXPECT_THAT(text, Not(HasSubstr("AKIAIOSFODNN7EXAMPLE")));
    EXPECT_THAT(text, Not(HasSubstr("hunter22@host")));
}

TEST_F(ExecutorTest, DisabledLoggingHidesEverything) {
    add_document(bash("Quiet", "echo visible-text; echo visible-text >&2; exit 1",
                      "disableLogging: true, "));
    const std::string text = everything(run());
    EXPECT_THAT(text, Not(HasSubstr("visible-text")));
    EXPECT_THAT(text, HasSubstr("Step Quiet"));
}

TEST_F(ExecutorTest, RebootKeepsOneLogFolderAndBothPasses) {
    add_document(bash("Again", "'[ -e " + path("marker") + " ] && echo second && exit 0', 'touch " +
                                   path("marker") + "', 'echo first', 'exit 194'"));
    const RunResult first = run();
    EXPECT_EQ(first.exit_code, 194);
    EXPECT_EQ(first.summary, "");
    EXPECT_THAT(log_of(first), HasSubstr("Getting reboot signal"));
    request_.documents[0].location = "/nonexistent";  // must not be looked at again
    const RunResult second = run();
    EXPECT_EQ(second.exit_code, 0);
    EXPECT_EQ(first.log_folder, second.log_folder);
    const std::string log = log_of(second);
    EXPECT_THAT(log, HasSubstr("Stdout: first"));
    EXPECT_THAT(log, HasSubstr("Executor: System has rebooted successfully"));
    EXPECT_THAT(log, HasSubstr("Stdout: second"));
    EXPECT_EQ(second.record.counts().executed, 1);
}

TEST_F(ExecutorTest, EndlessRebootsFail) {
    add_document(bash("Again", "exit 194"));
    int runs = 0;
    while (run().exit_code == 194 && runs < 50) {
        ++runs;
    }
    EXPECT_EQ(runs, 15);
    EXPECT_FALSE(std::filesystem::exists(path("logs/.toe-state")));
}

TEST_F(ExecutorTest, BrokenStateIsNamedAndKept) {
    base::make_directories(path("logs/.toe-state"));
    base::write_file_atomically(path("logs/.toe-state/toe-state.json"), "{\"version\": 1}");
    add_document("");
    const RunResult result = run();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.summary, HasSubstr("Remove the file to start afresh"));
}

TEST_F(ExecutorTest, InvalidDocumentRunsNothing) {
    add_document(bash("Good", "touch " + path("ran")));
    add_document("      - {name: x y, action: Reboot}\n");
    const RunResult result = run();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.diagnostics, HasSubstr("d1.yml:5:16: error: Invalid step name 'x y'"));
    EXPECT_FALSE(std::filesystem::exists(path("ran")));
}

/// Limits the size of files for a while; writing beyond it fails like a full disk does.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, SIG_DFL);
    }

private:
    rlimit before_{};
};

TEST_F(ExecutorTest, FullDiskFailsTheRunAndEndsTheCommand) {
    add_document(bash("Write", "'yes'"));  // for ever, unless somebody ends it
    const FileSizeLimit limit(1 << 20);
    const RunResult result = run();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.summary, HasSubstr("the log cannot be written"));
}

TEST_F(ExecutorTest, OutputBeyondTheLimitIsLoggedButNotKept) {
    add_document(bash("Many", "'seq 1 400000', 'echo end'"));
    const RunResult result = run();
    const StepRecord& step = result.record.documents[0].phases[0].steps[0];
    EXPECT_LE(step.outputs.at("stdout").text.size(), std::size_t{1} << 20);
    EXPECT_THAT(log_of(result), HasSubstr("Stdout: 400000\n"));
}

TEST_F(ExecutorTest, SeveralDocumentsHaveParametersOfTheirOwn) {
    add_document(bash("Say", "'echo {{ who }}'"), "parameters: [{who: {type: string}}]\n");
    request_.documents.push_back(request_.documents[0]);
    request_.documents[1].parameters = {{"who", "own"}};
    request_.parameters = {{"who", "global"}};
    const RunResult result = run();
    EXPECT_EQ(result.record.documents[0].phases[0].steps[0].outputs.at("stdout").text, "global");
    EXPECT_EQ(result.record.documents[1].phases[0].steps[0].outputs.at("stdout").text, "own");
}

TEST_F(ExecutorTest, NestingIsLimited) {
    auto write = [&](int level) {
        const std::string next = path("n" + std::to_string(level + 1) + ".yml");
        const std::string step =
            level < 4 ? "{name: Nest, action: ExecuteDocument, inputs: {document: " + next + "}}"
                      : "{name: End, action: ExecuteBash, inputs: {commands: [echo end]}}";
        base::write_file_atomically(
            path("n" + std::to_string(level) + ".yml"),
            "schemaVersion: 1.0\nphases: [{name: build, steps: [" + step + "]}]\n");
    };
    for (int level = 0; level <= 4; ++level) {
        write(level);
    }
    request_.documents = {{path("n1.yml"), {}}};  // n1 > n2 > n3 > n4: three levels below the top
    EXPECT_EQ(run().exit_code, 0);
    request_.documents = {{path("n0.yml"), {}}};
    const RunResult deep = run();
    EXPECT_EQ(deep.exit_code, 1);
    EXPECT_THAT(log_of(deep), HasSubstr("must not contain ExecuteDocument"));
}

}  // namespace
}  // namespace goldsmith::guest
