// RunState: what must survive a reboot, in the state directory. Format: docs/formats/toe-state.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "guest/run_record.h"

namespace goldsmith::guest {

struct RunState {
    std::string log_folder;
    std::int64_t reboots = 0;
    std::vector<std::string> blocked_actions;
    std::vector<std::string> secret_parameters;
    /// "NAME=value" of every variable, when nobody else will start us with them; else empty.
    std::vector<std::string> environment;
    RunRecord record;
};

/// Nothing when there is no state. Throws base::Error when there is state that cannot be
/// understood.
std::optional<RunState> load_run_state(const base::Path& directory);

/// Durable when it returns. Creates the directory (mode 0700). Throws base::Error.
void save_run_state(const base::Path& directory, const RunState& state);

/// Keeps the text of a --config file beside the state and returns where. Throws base::Error.
base::Path save_run_config(const base::Path& directory, const std::string& text);

/// The state and what is kept beside it. The directory itself goes, too, when nothing else is in
/// it.
void remove_run_state(const base::Path& directory);

}  // namespace goldsmith::guest
