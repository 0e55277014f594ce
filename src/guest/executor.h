// The executor: one call runs component documents from beginning to end, or continues a run that
// stopped for a reboot. Used by `toe run`; tests call it as a library. It runs commands of the
// documents with the caller's rights and changes the machine as they say. One thread; one run at a
// time per process.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "guest/log_shipping.h"
#include "guest/remote_access.h"
#include "guest/run_observer.h"
#include "guest/stop_signal.h"

namespace goldsmith::guest {

struct DocumentRequest {
    std::string location;  ///< local path, s3:// URI or component ARN
    std::map<std::string, std::string> parameters;
};

/// What to do when a document asks for a reboot.
enum class RebootMode {
    exit,    ///< save state and end with exit code 194: the caller reboots and calls again
    system,  ///< save state, arrange for our start after the boot, reboot the machine
};

struct RunRequest {
    std::vector<DocumentRequest> documents;
    std::vector<std::string> phases;  ///< empty: all
    std::map<std::string, std::string> parameters;
    std::vector<std::string> secret_parameters;  ///< names whose values never reach a log
    std::string execution_id;                    ///< empty: a new one
    base::Path log_directory = ".";
    base::Path state_directory;  ///< empty: ".toe-state" in the log directory
    std::vector<std::string> blocked_actions;
    std::string document_bucket_owner;
    LogDestinations log_destinations;
    RebootMode reboot_mode = RebootMode::exit;
    /// The command that continues this run after a boot; for RebootMode::system.
    std::vector<std::string> resume_command;
    /// The text of the --config file that this run was started with. It is kept beside the state
    /// and given to the resume command: the file itself may not survive the boot. Empty: none.
    std::string resume_config;
};

/// What the executor needs from its surroundings; borrowed.
struct RunSurroundings {
    const base::Clock& clock;
    const StopSignal& stop;
    RemoteAccess& remote;
    RunObserver& observer;
};

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_reboot = 194;

struct RunResult {
    int exit_code = exit_failure;
    /// The JSON object for standard output; empty when a reboot is wanted.
    std::string summary;
    /// Everything that was wrong with the documents, one diagnostic per line; usually empty.
    std::string diagnostics;
    base::Path log_folder;
    RunRecord record;
};

/// Never throws for anything that a document, the file system or the network does: the result
/// tells.
RunResult run_components(const RunRequest& request, const RunSurroundings& surroundings);

}  // namespace goldsmith::guest
