// What an action module is given and what it gives back. One file per module in this folder; the
// table in module_table.cpp names them all. Modules run on the executor's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "documents/component_actions.h"
#include "documents/yaml.h"
#include "guest/command_process.h"
#include "guest/patience.h"
#include "guest/run_log.h"
#include "guest/run_record.h"

namespace goldsmith::guest {

class RemoteAccess;

/// The attempt failed; the message is what the user sees.
class StepFailure : public base::Error {
public:
    explicit StepFailure(const std::string& message, std::string stderr_text = "")
        : base::Error(message), stderr_text_(std::move(stderr_text)) {}
    const std::string& stderr_text() const { return stderr_text_; }

private:
    std::string stderr_text_;
};

/// The attempt ran out of time.
class StepTimedOut : public StepFailure {
public:
    using StepFailure::StepFailure;
};

/// SIGTERM or SIGINT; ends the run.
class RunStopped : public base::Error {
public:
    RunStopped() : base::Error("the run was stopped by a signal") {}
};

/// One element of a step's inputs, references resolved, against the action's table. Accessors throw
/// StepFailure when a value does not have its type.
class ModuleInput {
public:
    ModuleInput(const documents::ActionSpec& spec, const documents::YamlNode& element)
        : spec_(spec), element_(element) {}

    bool has(std::string_view key) const;
    /// "" when absent.
    std::string text(std::string_view key) const;
    std::optional<std::string> optional_text(std::string_view key) const;
    bool flag(std::string_view key, bool when_absent) const;
    std::int64_t integer(std::string_view key, std::int64_t when_absent) const;
    std::vector<std::string> list(std::string_view key) const;
    const documents::YamlNode& node() const { return element_; }
    const documents::ActionSpec& spec() const { return spec_; }

private:
    const documents::YamlNode* find(std::string_view key) const;

    const documents::ActionSpec& spec_;
    const documents::YamlNode& element_;
};

enum class ModuleOutcome { done, repeat_after_reboot, continue_after_reboot };

struct ModuleResult {
    ModuleOutcome outcome = ModuleOutcome::done;
    Outputs outputs;
};

/// Runs a nested document; see ExecuteDocument.
using NestedRun = std::function<ModuleResult(const ModuleInput& input)>;

struct ModuleContext {
    RunLog& log;
    const StopSignal& stop;
    Deadline deadline;
    /// disableLogging: nothing of inputs or output may reach a log.
    bool quiet = false;
    RemoteAccess& remote;
    const NestedRun& nested;

    Patience patience() const { return {stop, deadline}; }
    /// Between pieces of work: throws RunStopped or StepTimedOut when it is time to end.
    void check_time() const;
    /// Waits; throws as check_time.
    void sleep(std::chrono::milliseconds duration) const;
    /// Logs unless quiet.
    void info(std::string_view message) const;
};

/// Does the work for one element of the inputs (an empty map when there are none). Throws
/// StepFailure.
using ModuleFunction = ModuleResult (*)(const ModuleInput& input, ModuleContext& context);

struct ModuleEntry {
    std::string_view action;
    ModuleFunction run;
    /// Between the outputs of several elements.
    std::string_view separator = "\n";
};

/// Null for actions that do not exist; those of other platforms are present and refuse.
const ModuleEntry* find_module(std::string_view action);
std::span<const ModuleEntry> all_modules();

}  // namespace goldsmith::guest
