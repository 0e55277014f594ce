// FakeEngine: runners are scripts in this process, for tests of whoever uses an engine. A script
// sees each command and gives its result at once; tests make runs die. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/guarded.h"
#include "engines/engine.h"

namespace goldsmith::engines {

class FakeEngine final : public Engine {
public:
    struct Answer {
        std::optional<std::string> result;  ///< nothing: the command stays open
        std::optional<std::string> state;   ///< nothing: the state document stays
        bool exits = false;                 ///< the runner ends by its own will
    };
    /// Called with the run's spec when it starts (empty command) and with every command.
    using Script = std::function<Answer(const RunId& run, const std::string& spec,
                                        const std::string& command_id, const std::string& command)>;

    explicit FakeEngine(Script script) : script_(std::move(script)) {}

    RunId submit(std::string_view token, std::string_view spec) override;
    RunStatus poll(const RunId& run) override;
    void send(const RunId& run, std::string_view command_id, std::string_view command) override;
    std::optional<std::string> result(const RunId& run, std::string_view command_id) override;
    std::optional<std::string> state(const RunId& run) override;
    void cancel(const RunId& run) override;
    void forget(const RunId& run) override;
    std::vector<RunId> runs() override;
    std::unique_ptr<Subscription> subscribe(Changed changed) override;

    /// The run dies as if its process had been killed.
    void kill(const RunId& run);
    /// How many runs were started, forgotten ones too.
    int started() const;

private:
    struct Run {
        std::string spec;
        std::optional<std::string> state;
        std::map<std::string, std::string, std::less<>> commands;
        std::map<std::string, std::string, std::less<>> results;
        bool exited = false;
        bool lost = false;
    };
    struct Runs {
        std::map<RunId, Run> by_id;
        std::map<int, Changed> subscribers;
        int next_subscriber = 0;
        int started = 0;
    };
    class Unsubscribe;

    void apply(Run& run, const std::string& command_id, Answer answer);
    void tell(const RunId& run);

    Script script_;
    base::Guarded<Runs> runs_;
};

}  // namespace goldsmith::engines
