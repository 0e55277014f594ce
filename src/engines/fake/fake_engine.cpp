#include "engines/fake/fake_engine.h"

#include "base/error.h"

namespace goldsmith::engines {

class FakeEngine::Unsubscribe final : public Subscription {
public:
    Unsubscribe(base::Guarded<Runs>& runs, int id) : runs_(runs), id_(id) {}
    ~Unsubscribe() override { runs_.lock()->subscribers.erase(id_); }

private:
    base::Guarded<Runs>& runs_;
    int id_;
};

void FakeEngine::apply(Run& run, const std::string& command_id, Answer answer) {
    if (answer.result) {
        run.results.emplace(command_id, std::move(*answer.result));
    }
    if (answer.state) {
        run.state = std::move(answer.state);
    }
    run.exited = run.exited || answer.exits;
}

void FakeEngine::tell(const RunId& run) {
    // Called under the lock, so that a subscription's destructor waits for the callback's end.
    auto runs = runs_.lock();
    for (const auto& [id, changed] : runs->subscribers) {
        changed(run);
    }
}

RunId FakeEngine::submit(std::string_view token, std::string_view spec) {
    const RunId id = RunId::from_token(token);
    {
        auto runs = runs_.lock();
        if (runs->by_id.contains(id)) {
            return id;
        }
        ++runs->started;
        Run& run = runs->by_id[id];
        run.spec = spec;
        apply(run, "", script_(id, run.spec, "", ""));
    }
    tell(id);
    return id;
}

RunStatus FakeEngine::poll(const RunId& id) {
    auto runs = runs_.lock();
    const auto run = runs->by_id.find(id);
    if (run == runs->by_id.end()) {
        return RunUnknown{};
    }
    if (run->second.exited) {
        return RunExited{};
    }
    return run->second.lost ? RunStatus(RunLost{"it was killed"}) : RunStatus(RunRunning{});
}

void FakeEngine::send(const RunId& id, std::string_view command_id, std::string_view command) {
    {
        auto runs = runs_.lock();
        const auto found = runs->by_id.find(id);
        if (found == runs->by_id.end()) {
            throw base::Error("run " + id.text() + " is unknown");
        }
        Run& run = found->second;
        if (!run.commands.emplace(command_id, command).second || run.lost || run.exited) {
            return;
        }
        apply(run, std::string(command_id),
              script_(id, run.spec, std::string(command_id), std::string(command)));
    }
    tell(id);
}

std::optional<std::string> FakeEngine::result(const RunId& id, std::string_view command_id) {
    auto runs = runs_.lock();
    const auto run = runs->by_id.find(id);
    if (run == runs->by_id.end()) {
        return std::nullopt;
    }
    const auto result = run->second.results.find(command_id);
    return result == run->second.results.end() ? std::nullopt : std::optional(result->second);
}

std::optional<std::string> FakeEngine::state(const RunId& id) {
    auto runs = runs_.lock();
    const auto run = runs->by_id.find(id);
    return run == runs->by_id.end() ? std::nullopt : run->second.state;
}

void FakeEngine::kill(const RunId& id) {
    {
        auto runs = runs_.lock();
        const auto run = runs->by_id.find(id);
        if (run != runs->by_id.end() && !run->second.exited) {
            run->second.lost = true;
        }
    }
    tell(id);
}

void FakeEngine::cancel(const RunId& id) {
    kill(id);
}

void FakeEngine::forget(const RunId& id) {
    runs_.lock()->by_id.erase(id);
}

std::vector<RunId> FakeEngine::runs() {
    std::vector<RunId> ids;
    for (const auto& [id, run] : runs_.lock()->by_id) {
        ids.push_back(id);
    }
    return ids;
}

std::unique_ptr<Subscription> FakeEngine::subscribe(Changed changed) {
    auto runs = runs_.lock();
    const int id = runs->next_subscriber++;
    runs->subscribers.emplace(id, std::move(changed));
    return std::make_unique<Unsubscribe>(runs_, id);
}

int FakeEngine::started() const {
    return runs_.lock()->started;
}

}  // namespace goldsmith::engines
