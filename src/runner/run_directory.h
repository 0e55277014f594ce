// The runner's side of a run directory (docs/formats/run-directory.md): its lock, specification,
// commands, results and state. One thread, except for wake() of the watch. Failures are
// base::Error.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "api/generated/runner/run_types.h"
#include "base/files.h"
#include "base/mailbox.h"

namespace goldsmith::runner {

class RunDirectory {
public:
    /// Takes the lock; throws base::Error when another runner has it.
    explicit RunDirectory(base::Path path);

    const base::Path& path() const { return path_; }
    base::Path file(const char* name) const { return path_ / name; }
    api::runner::RunSpec spec() const;

    /// The first command without a result; nothing when there is none. A command that cannot be
    /// read is answered as failed at once.
    std::optional<api::runner::Command> next_command();
    /// A command that ends the run (terminate, stop) waits, or the directory is going away,
    /// whatever else does.
    bool should_end() const;
    /// Somebody has sent a cancel command for the command of this name.
    bool is_cancelled(const std::string& id) const;
    void write_result(const api::runner::CommandResult& result);
    void write_state(const api::runner::RunState& state);

private:
    std::optional<api::runner::Command> read_command(const std::string& name);

    base::Path path_;
    base::FileLock lock_;
    base::Mailbox inbox_;
    base::Mailbox outbox_;
};

}  // namespace goldsmith::runner
