// RunFolder: one run directory seen from the engine's side: what is in it, who holds its lock, and
// the removal of what a dead runner could not take with it. Stateless; every call looks anew.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/files.h"

namespace goldsmith::engines {

class RunFolder {
public:
    explicit RunFolder(base::Path path) : path_(std::move(path)) {}

    const base::Path& path() const { return path_; }
    bool exists() const;
    /// A runner holds the lock.
    bool is_locked() const;
    std::optional<std::string> state_document() const;
    /// The state document says that the runner ended by its own will.
    bool has_ended() const;
    /// A runner was started less than `grace` ago.
    bool is_starting(std::chrono::milliseconds grace) const;
    void mark_started();
    /// The end of the runner's own log.
    std::string last_words() const;
    /// KILL to the process that holds the lock, and the wait for its lock to go.
    void kill_runner() const;
    /// Control groups, disk and work folder of a runner that is dead.
    void sweep() const;

private:
    base::Path path_;
};

}  // namespace goldsmith::engines
