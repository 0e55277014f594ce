// Where a runner executes. An engine starts one runner process per run and is the only way to talk
// to it: commands go in, results and state come out, all as JSON documents
// (docs/formats/run-directory.md) that the engine carries without reading them.
//
// Used by actions/ (through the daemon). Implementations: local/ (a process on this host), fake/
// (scripted, in this process). All pass engine_conformance.h.
//
// Every call may be repeated: the run id is a function of the launch token and a command is named
// by its caller, so a caller that was killed half-way asks again and finds what it began. All calls
// are thread-safe, none waits for the machine.
#pragma once

#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace goldsmith::engines {

/// Name of a run; 24 lower-case hexadecimal digits, derived from the launch token.
class RunId {
public:
    /// The run that `token` names, on every engine and at every time.
    static RunId from_token(std::string_view token);
    /// Takes a name written earlier by `text()`; anything else throws std::invalid_argument.
    static RunId parse(std::string_view text);

    const std::string& text() const { return text_; }
    auto operator<=>(const RunId&) const = default;

private:
    explicit RunId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// The runner is alive (or has been submitted and not been started yet).
struct RunRunning {};
/// The runner has ended by its own will: its state document says how.
struct RunExited {};
/// The runner died (killed, crashed, the host restarted). `reason` is for people; it carries the
/// last lines of what the runner wrote.
struct RunLost {
    std::string reason;
};
/// No such run: never submitted, or forgotten.
struct RunUnknown {};

using RunStatus = std::variant<RunUnknown, RunRunning, RunExited, RunLost>;

/// Ends the subscription when destroyed; the callback does not run after the destructor returns.
class Subscription {
public:
    Subscription() = default;
    virtual ~Subscription() = default;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
};

class Engine {
public:
    virtual ~Engine() = default;

    /// Starts a runner for `token`, or finds the one an earlier call with this token started (its
    /// first `spec` then stands). Throws base::Error when no runner can be started.
    virtual RunId submit(std::string_view token, std::string_view spec) = 0;

    virtual RunStatus poll(const RunId& run) = 0;

    /// Hands the command document to the runner under a name the caller chose (letters, digits,
    /// '.',
    /// '_' and '-', up to 128). A name that was sent before is not sent or executed again.
    /// Throws base::Error when the run is unknown.
    virtual void send(const RunId& run, std::string_view command_id, std::string_view command) = 0;

    /// The result document of a command; nothing while it has not finished. A run that is lost
    /// never answers the commands it left open: look at poll().
    virtual std::optional<std::string> result(const RunId& run, std::string_view command_id) = 0;

    /// The runner's newest state document; nothing before the runner wrote its first.
    virtual std::optional<std::string> state(const RunId& run) = 0;

    /// Kills the runner and with it everything it owns (machine, mounts, network). The run becomes
    /// lost or, when it had ended before, stays as it is. An unknown run is left alone.
    virtual void cancel(const RunId& run) = 0;

    /// Cancels the run and removes all that is left of it. Poll then answers RunUnknown.
    virtual void forget(const RunId& run) = 0;

    /// Every run this engine knows, in no order.
    virtual std::vector<RunId> runs() = 0;

    /// Calls `changed` on a thread of the engine after a run's state, results or life may have
    /// changed. Calls may be spurious and are never promised: poll slowly as well.
    using Changed = std::function<void(const RunId&)>;
    virtual std::unique_ptr<Subscription> subscribe(Changed changed) = 0;
};

}  // namespace goldsmith::engines
