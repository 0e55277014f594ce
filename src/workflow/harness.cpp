#include "workflow/harness.h"

#include <boost/json.hpp>

#include "workflow/managed.h"

namespace goldsmith::workflow {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// Not a std::exception: nothing in the engine may catch the end of the process.
struct Crash {};

// Passes everything on to the memory, and lets accidents happen around appends.
class AccidentalStore final : public state::ExecutionStore {
public:
    AccidentalStore(state::MemoryExecutionStore& memory, std::vector<Accident> accidents,
                    const base::Clock& clock)
        : memory_(memory), accidents_(std::move(accidents)), clock_(clock) {}

    int appends() const { return appends_; }
    std::size_t last_append_events() const { return last_append_events_; }

    void append(const state::Lease& lease, const state::Append& step) override {
        const int number = appends_ + 1;
        happen(Accident::Kind::crash_before, number, lease.execution_id);
        memory_.append(lease, step);
        appends_ = number;
        last_append_events_ = step.events.size();
        happen(Accident::Kind::cancel, number, lease.execution_id);
        happen(Accident::Kind::crash_after, number, lease.execution_id);
    }

    void create(const state::NewExecution& execution) override { memory_.create(execution); }
    bool signal(const std::string& id, const state::NewSignal& signal) override {
        return memory_.signal(id, signal);
    }
    void wake(const std::string& id, base::Time now) override { memory_.wake(id, now); }
    std::optional<state::ClaimedExecution> claim(const std::string& owner, base::Time now,
                                                 base::Time until) override {
        return memory_.claim(owner, now, until);
    }
    bool renew(const state::Lease& lease, base::Time until) override {
        return memory_.renew(lease, until);
    }
    void release(const state::Lease& lease, std::optional<base::Time> wake_at) override {
        memory_.release(lease, wake_at);
    }
    void release_all_of(const std::string& owner) override { memory_.release_all_of(owner); }
    std::optional<base::Time> next_due() override { return memory_.next_due(); }
    std::vector<state::EventRow> events(const std::string& id, std::int64_t after) override {
        return memory_.events(id, after);
    }
    std::vector<state::SignalRow> signals(const std::string& id) override {
        return memory_.signals(id);
    }
    std::optional<state::ExecutionRow> find(const std::string& id) override {
        return memory_.find(id);
    }

private:
    void happen(Accident::Kind kind, int number, const std::string& id) {
        for (auto& accident : accidents_) {
            if (accident.kind != kind || accident.at_append != number) {
                continue;
            }
            accident.kind = Accident::Kind::none;  // once
            if (kind != Accident::Kind::cancel) {
                throw Crash{};
            }
            memory_.signal(id, {state::cancel_requested, "{}", clock_.now()});
        }
    }

    state::MemoryExecutionStore& memory_;
    std::vector<Accident> accidents_;
    const base::Clock& clock_;
    int appends_ = 0;
    std::size_t last_append_events_ = 0;
};

LoopOptions loop_options(const RunOptions& options) {
    LoopOptions result;
    result.poll = 10min;
    result.lease = 24h;
    result.heartbeat = 12h;
    result.events_per_append = options.events_per_append;
    return result;
}

class Run {
public:
    Run(const Plan& plan, const RunOptions& options)
        : plan_(plan),
          options_(options),
          store_(memory_, options.accidents, clock_),
          actions_(world_.actions(options.behaviour)) {
        memory_.create(new_execution(plan, clock_.now()));
    }

    RunResult finish() {
        const auto give_up = clock_.now() + std::chrono::days(30);
        while (!memory_.find(plan_.execution_id)->finished && clock_.now() < give_up) {
            live();
        }
        return result();
    }

private:
    // The life of one process: until the build is finished or the process crashes.
    void live() {
        Loop loop(store_, actions_, executor_, clock_, loop_options(options_));
        const auto give_up = clock_.now() + std::chrono::days(30);
        try {
            while (!memory_.find(plan_.execution_id)->finished && clock_.now() < give_up) {
                const auto next = loop.turn();
                answer();
                if (!memory_.signals(plan_.execution_id).empty()) {
                    loop.notify(plan_.execution_id);  // as the handler that left the signal does
                    continue;
                }
                if (next > clock_.now()) {
                    clock_.advance(next - clock_.now());
                }
            }
        } catch (const Crash&) {
            clock_.advance(1s);
        }
    }

    void answer() {
        if (!options_.answer) {
            return;
        }
        for (const auto& run : memory_.workflow_runs(plan_.execution_id)) {
            for (const auto& step : memory_.step_runs(run.id)) {
                if (step.waiting && answered_.insert(step.id).second) {
                    const json::object body{
                        {"step", step.id}, {"resume", *options_.answer}, {"reason", "because"}};
                    memory_.signal(plan_.execution_id,
                                   {state::step_answered, json::serialize(body), clock_.now()});
                }
            }
        }
    }

    RunResult result() {
        RunResult result;
        const auto execution = *memory_.find(plan_.execution_id);
        result.image_status = execution.image_status;
        result.image_reason = execution.image_reason;
        result.finished = execution.finished;
        result.world = world_.summary();
        result.left = world_.snapshot();
        result.appends = store_.appends();
        result.last_append_events = static_cast<int>(store_.last_append_events());
        result.events = memory_.events(plan_.execution_id, 0);
        result.summary = "image " + execution.image_status + "\n";
        for (const auto& run : memory_.workflow_runs(plan_.execution_id)) {
            result.summary += run.type + " " + run.status + (run.retried ? " retried" : "") + "\n";
            for (const auto& step : memory_.step_runs(run.id)) {
                result.summary += "  " + step.name + " " + step.status +
                                  (step.rollback_status.empty() ? "" : " rollback ") +
                                  step.rollback_status + "\n";
            }
        }
        result.summary += result.world + "\n";
        return result;
    }

    const Plan& plan_;
    const RunOptions& options_;
    base::FakeClock clock_{base::Time(1'700'000'000'000ms)};
    state::MemoryExecutionStore memory_;
    AccidentalStore store_;
    FakeWorld world_;
    ActionRegistry actions_;
    InlineExecutor executor_;
    std::set<std::string> answered_;
};

}  // namespace

RunResult run_build(const Plan& plan, const RunOptions& options) {
    return Run(plan, options).finish();
}

Plan make_plan(const std::vector<WorkflowChoice>& workflows, const std::string& image_type) {
    Plan plan;
    plan.execution_id = "execution-1";
    plan.image_arn = "arn:aws:imagebuilder:us-east-1:123456789012:image/web/1.0.0/1";
    plan.system_variables = {
        {"imageType", image_type},           {"platform", "Linux"}, {"collectImageMetadata", true},
        {"collectImageScanFindings", true},  {"imageName", "web"},  {"imageBuildNumber", 1},
        {"terminateInstanceOnFailure", true}};
    for (const auto& choice : workflows) {
        PlannedWorkflow workflow;
        workflow.type = choice.type;
        workflow.text = choice.text;
        workflow.arn = "arn:aws:imagebuilder:us-east-1:123456789012:workflow/" +
                       std::string(documents::arn_name(choice.type)) + "/custom/1.0.0/1";
        if (const ManagedWorkflow* managed = find_managed_workflow(choice.managed)) {
            workflow.type = managed->type;
            workflow.text = managed->text;
            workflow.arn = managed_workflow_arn(*managed, "us-east-1");
        }
        workflow.parallel_group = choice.parallel_group;
        workflow.on_failure = choice.on_failure;
        plan.workflows.push_back(std::move(workflow));
    }
    plan.seal();
    return plan;
}

}  // namespace goldsmith::workflow
