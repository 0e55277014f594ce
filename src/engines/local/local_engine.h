// LocalEngine: runners are processes of this host. A runner gets a session of its own, so it
// outlives the daemon; the next daemon finds it by its run directory's lock
// (docs/formats/run-directory.md). Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "base/files.h"
#include "base/guarded.h"
#include "base/process.h"
#include "engines/engine.h"

namespace goldsmith::engines {

struct LocalEngineOptions {
    base::Path runs_directory;
    /// Started as `<runner_program> <run directory>`.
    base::Path runner_program;
    /// How long a run without a lock counts as starting.
    std::chrono::milliseconds start_grace{10'000};
};

class LocalEngine final : public Engine {
public:
    /// Creates the folder. Starts nothing yet.
    explicit LocalEngine(LocalEngineOptions options);
    ~LocalEngine() override;

    RunId submit(std::string_view token, std::string_view spec) override;
    RunStatus poll(const RunId& run) override;
    void send(const RunId& run, std::string_view command_id, std::string_view command) override;
    std::optional<std::string> result(const RunId& run, std::string_view command_id) override;
    std::optional<std::string> state(const RunId& run) override;
    void cancel(const RunId& run) override;
    void forget(const RunId& run) override;
    std::vector<RunId> runs() override;
    std::unique_ptr<Subscription> subscribe(Changed changed) override;

private:
    class RunsWatch;

    base::Path directory_of(const RunId& run) const;
    void start_runner(const RunId& run);

    /// True when the runner was our child and has ended, each time it is asked: whoever still holds
    /// the lock then (a process of the runner's) must not make a dead runner look like a new one.
    bool reap(const RunId& run);

    LocalEngineOptions options_;
    /// Runners that this process started, until they are forgotten. Detached before the object
    /// dies: they outlive us.
    base::Guarded<std::map<std::string, base::Child>> children_;
};

}  // namespace goldsmith::engines
