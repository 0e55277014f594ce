// crash_daemon FOLDER: builds one image over a world of files and exits with 0 when it is finished.
// Prints a line for every event that it has recorded and for every call of an action that has taken
// effect, so that whoever started it can kill it right there.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstdio>
#include <thread>

#include "base/clock.h"
#include "base/fd.h"
#include "base/files.h"
#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "documents/workflow_actions.h"
#include "state/migrations.h"
#include "state/sql_execution_store.h"
#include "workflow/event.h"
#include "workflow/executor.h"
#include "workflow/loop.h"
#include "workflow/managed.h"
#include "workflow/plan.h"

namespace goldsmith {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

void report(const std::string& what) {
    const std::string line = what + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) {
        ::_exit(3);
    }
}

// What exists is a file named after it: instance-<token>, image-<token>, ...
class FileAction final : public workflow::Action {
public:
    explicit FileAction(base::Path world) : world_(std::move(world)) {}

    workflow::Advance advance(const workflow::StepContext& step) override {
        const bool began = exists("began-" + step.token);
        make("began-" + step.token);
        if (step.action == "LaunchInstance") {
            make("instance-" + step.token);
        }
        if (!began) {
            report("began " + step.step_name);
            return workflow::Pending{1ms};
        }
        auto outcome = workflow::Completed{complete(step)};
        report("did " + step.step_name);
        return outcome;
    }

    workflow::Undo roll_back(const workflow::StepContext& step) override {
        remove("instance-" + step.token);
        remove("inventory-" + step.token);
        report("undid " + step.step_name);
        return workflow::RolledBack{};
    }

private:
    json::object complete(const workflow::StepContext& step) {
        if (step.action == "LaunchInstance") {
            return {{"instanceId", step.token}};
        }
        if (step.action == "TerminateInstance") {
            remove("instance-" + std::string(step.inputs.at("instanceId").as_string()));
        } else if (step.action == "CreateImage") {
            make("image-" + step.token);
            return {{"imageId", step.token}};
        } else if (step.action == "CollectImageMetadata") {
            make("inventory-" + step.token);
        } else if (step.action == "DistributeImage") {
            make("copy-" + step.token);
            return {{"distributedImages", json::array{}}};
        }
        return {{"status", "Success"}};
    }

    bool exists(const std::string& name) const {
        return ::access((world_ / name).c_str(), F_OK) == 0;
    }
    // One system call, so that a kill leaves the file or nothing.
    void make(const std::string& name) {
        const base::Fd file(::open((world_ / name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        if (!file) {
            throw base::SystemError("create " + name);
        }
    }
    void remove(const std::string& name) { ::unlink((world_ / name).c_str()); }

    base::Path world_;
};

class Reporter final : public workflow::Observer {
public:
    void recorded(const workflow::Plan&, const workflow::State&,
                  std::span<const workflow::Event> events) override {
        for (const auto& event : events) {
            report("recorded " + std::string(workflow::kind_of(event.body)));
            finished_ =
                finished_ || std::holds_alternative<workflow::ExecutionFinished>(event.body);
        }
        if (finished_) {
            stop_.request_stop();
        }
    }
    std::stop_token token() const { return stop_.get_token(); }

private:
    bool finished_ = false;
    std::stop_source stop_;
};

workflow::Plan plan() {
    workflow::Plan plan;
    plan.execution_id = "execution-1";
    plan.image_arn = "arn:aws:imagebuilder:us-east-1:123456789012:image/web/1.0.0/1";
    plan.system_variables = {{"imageType", "AMI"},
                             {"platform", "Linux"},
                             {"collectImageMetadata", true},
                             {"collectImageScanFindings", false}};
    for (const auto* managed : workflow::default_workflows(workflow::ImageType::ami)) {
        workflow::PlannedWorkflow planned;
        planned.arn = workflow::managed_workflow_arn(*managed, "us-east-1");
        planned.type = managed->type;
        planned.text = managed->text;
        plan.workflows.push_back(std::move(planned));
    }
    plan.seal();
    return plan;
}

void serve(const base::Path& folder) {
    db::sqlite::Options options;
    options.path = (folder / "test.db").string();
    options.durable = false;  // processes die here, not machines
    const auto database = db::sqlite::open(options);
    db::migrate(*database, state::migrations());
    state::SqlExecutionStore store(*database);
    const base::SystemClock clock;
    if (!store.find("execution-1")) {
        store.create(workflow::new_execution(plan(), clock.now()));
    }
    if (store.find("execution-1")->finished) {
        return;
    }
    base::make_directories(folder / "world");
    workflow::ActionRegistry actions;
    const auto action = std::make_shared<FileAction>(folder / "world");
    for (const auto& known : documents::workflow_actions()) {
        actions.add(known.name, action);
    }
    Reporter reporter;
    workflow::WorkerPool pool("action", 2);
    workflow::Loop loop(store, actions, pool, clock, {}, &reporter);
    loop.run(reporter.token(), 5s);
}

}  // namespace
}  // namespace goldsmith

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: crash_daemon FOLDER\n", stderr);
        return 2;
    }
    try {
        goldsmith::serve(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "crash_daemon: %s\n", goldsmith::base::error_chain(error).c_str());
        return 1;
    }
}
