// kill -9 at every moment: the next process goes on, the image becomes AVAILABLE, nothing is done
// twice and nothing is left.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "base/process.h"
#include "db/database.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/executions.h"
#include "state/sql_execution_store.h"

namespace goldsmith {
namespace {

class Build {
public:
    /// Runs the daemon and kills it after so many lines (0: never). True: it has finished the
    /// build.
    bool run(int lines) {
        base::SpawnOptions options;
        options.stdout_to = base::Stdio::pipe();
        options.stderr_to = base::Stdio::inherit();
        options.die_with_parent = true;
        auto daemon = base::spawn({.program = CRASH_DAEMON,
                                   .arguments = {folder_.path().string()},
                                   .environment = {},
                                   .directory = {}},
                                  options);
        int seen = 0;
        char letter = 0;
        while (::read(daemon.stdout_pipe.get(), &letter, 1) == 1) {
            seen += letter == '\n' ? 1 : 0;
            if (letter == '\n' && seen == lines) {
                daemon.signal_group(SIGKILL);
                daemon.wait();
                return false;
            }
        }
        lines_ = seen;
        EXPECT_TRUE(daemon.wait().success());
        return true;
    }

    int lines() const { return lines_; }

    /// Image, workflows, steps with outputs, and the files of the world.
    std::string summary() {
        db::sqlite::Options options;
        options.path = (folder_.path() / "test.db").string();
        const auto database = db::sqlite::open(options);
        state::SqlExecutionStore store(*database);
        const auto execution = *store.find("execution-1");
        std::string text = execution.image_status + " " + execution.image_reason + "\n";
        database->read([&](db::Connection& connection) {
            for (const auto& run :
                 state::workflow_runs_of_image(connection, execution.image_arn, "", 10)) {
                text += run.id + " " + run.status + "\n";
                for (const auto& step : state::step_runs_of_workflow(connection, run.id, "", 15)) {
                    text += "  " + step.name + " " + step.status + step.rollback_status + " " +
                            step.outputs + "\n";
                }
            }
            return 0;
        });
        for (const auto& name : base::list_directory(folder_.path() / "world")) {
            text += name + "\n";
        }
        return text;
    }

private:
    base::TempDir folder_{"kill"};
    int lines_ = 0;
};

TEST(Kill, AtAnyMoment) {
    Build undisturbed;
    ASSERT_TRUE(undisturbed.run(0));
    const std::string expected = undisturbed.summary();
    EXPECT_TRUE(expected.starts_with("AVAILABLE")) << expected;
    EXPECT_EQ(expected.find("\ninstance-"), std::string::npos) << expected;
    EXPECT_NE(expected.find("\nimage-"), std::string::npos) << expected;
    ASSERT_GT(undisturbed.lines(), 40);
    for (int moment = 1; moment < undisturbed.lines(); moment += 2) {
        SCOPED_TRACE("killed after line " + std::to_string(moment));
        Build build;
        ASSERT_FALSE(build.run(moment));
        ASSERT_TRUE(build.run(0));
        ASSERT_EQ(build.summary(), expected);
    }
}

TEST(Kill, AgainAndAgain) {
    Build undisturbed;
    ASSERT_TRUE(undisturbed.run(0));
    Build build;
    int kills = 0;
    while (!build.run(4)) {
        ASSERT_LT(++kills, 200) << "the build makes no progress";
    }
    EXPECT_GT(kills, 5);
    EXPECT_EQ(build.summary(), undisturbed.summary());
}

}  // namespace
}  // namespace goldsmith
