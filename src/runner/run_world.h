// A data directory with a store, a parent snapshot and one run directory, for tests of the runner.
#pragma once

#include <string>

#include "api/generated/runner/run_types.h"
#include "base/files.h"
#include "store/region_store.h"

namespace goldsmith::runner {

/// A component that restarts the machine in its build phase; its test phase fails on purpose.
extern const char* const kBuildDocument;

class RunWorld {
public:
    /// `disk` becomes the parent snapshot.
    RunWorld(const base::Path& disk, api::runner::Driver driver);

    const base::Path& run_directory() const { return run_directory_; }
    base::Path data() const { return folder_.path(); }
    store::RegionStore& region() { return region_; }
    api::runner::RunSpec& spec() { return spec_; }

    /// Writes spec.json as the engine does.
    void write_spec();
    void send(const api::runner::Command& command);
    std::optional<api::runner::CommandResult> result(const std::string& id);
    /// Waits for it; fails the test (throws) after five minutes.
    api::runner::CommandResult wait_result(const std::string& id);
    std::optional<api::runner::RunState> state();
    api::runner::RunState wait_state(api::runner::InstanceState wanted);
    /// All lines of the build's log.
    std::string log();

private:
    base::TempDir folder_;
    base::Path run_directory_;
    store::RegionStore region_;
    api::runner::RunSpec spec_;
};

}  // namespace goldsmith::runner
