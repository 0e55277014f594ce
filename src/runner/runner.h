// Runner: one instance from its disk to its end. Starts it, executes the commands of its run
// directory one at a time, and ends on a terminate or stop command, when the run directory goes
// away, when the instance cannot be started, or (RunInstances' machines) when it switches itself
// off. Lives on the main thread (an instance's processes die with
// the thread that started them); a second thread watches for a terminate command while another one
// runs.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "api/generated/runner/run_types.h"
#include "base/log.h"
#include "instances/instance.h"
#include "runner/build_log.h"
#include "runner/commands.h"
#include "runner/guest_network.h"
#include "runner/prepared_disk.h"
#include "runner/run_directory.h"
#include "store/disk_cache.h"
#include "store/region_store.h"

namespace goldsmith::runner {

/// Of machines saved for warm starts; one takes about half a gibibyte.
inline constexpr std::uint64_t kSavedMachinesBytes = 6ULL << 30;

class Runner {
public:
    /// All references outlive the object.
    Runner(RunDirectory& directory, instances::InstanceDriver& driver, base::Logger log);
    ~Runner();

    /// Returns when the run is over; the state document says how it ended.
    void run();

private:
    void launch(const std::stop_token& stop);
    void set_up(CommandContext& context);
    void serve();
    void execute(const api::runner::Command& command);
    void dispatch(const api::runner::Command& command, const std::stop_token& stop,
                  api::runner::CommandResult& result);
    bool resume();
    std::string explain_silence(const std::string& what);
    std::string explain_loss(const std::string& what);
    void switch_off();
    void end();
    void fail(const std::string& message);
    void write_state(api::runner::InstanceState state, const std::string& message = "");
    std::optional<instances::WarmStart> warm_start() const;
    void note_shortcomings();

    RunDirectory& directory_;
    instances::InstanceDriver& driver_;
    base::Logger log_;
    api::runner::RunSpec spec_;
    store::RegionStore region_;
    store::DiskCache cache_;
    std::optional<KeptInstance> kept_;
    BuildLog build_log_;
    std::optional<PreparedDisk> disk_;
    std::optional<GuestNetwork> network_;
    std::unique_ptr<instances::Instance> instance_;
    std::optional<std::int64_t> boot_milliseconds_;
    bool snapshotted_ = false;
    bool a_command_failed_ = false;
    bool switched_off_ = false;
    /// Requested when the instance has to go, whatever is under way.
    std::stop_source ending_;
};

}  // namespace goldsmith::runner
