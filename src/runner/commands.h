// What a runner does for each kind of command. Each function works on a running instance and
// returns the result's members; a failure of the user's work is a result, a failure of ours an
// exception (which becomes one).
#pragma once

#include <chrono>
#include <stop_token>

#include "api/generated/runner/run_types.h"
#include "instances/instance.h"
#include "runner/build_log.h"
#include "runner/prepared_disk.h"
#include "store/disk_cache.h"
#include "store/region_store.h"

namespace goldsmith::runner {

/// For a machine to come up, and to go down in its own way. A container takes a second; an emulated
/// machine on a busy host takes minutes.
inline constexpr std::chrono::seconds kBootLimit{600};
inline constexpr std::chrono::seconds kShutdownLimit{120};

/// What commands work with. All references outlive the call.
struct CommandContext {
    const api::runner::RunSpec& spec;
    instances::Instance& instance;
    BuildLog& log;
    const PreparedDisk& disk;
    store::RegionStore& region;
    store::DiskCache& cache;
    guest::Deadline deadline;
    std::stop_token stop;
};

/// The environment of everything that is run in the guest.
std::vector<std::string> guest_environment(const api::runner::RunSpec& spec);

void execute_documents(CommandContext& context, const api::runner::ExecuteDocuments& request,
                       api::runner::CommandResult& result);
void collect_metadata(CommandContext& context, api::runner::CommandResult& result);
void sanitize(CommandContext& context, api::runner::CommandResult& result);
void create_snapshot(CommandContext& context, const api::runner::CreateSnapshot& request,
                     api::runner::CommandResult& result);
/// Throws what ended it early; `result` says what it printed until then.
void run_script(CommandContext& context, const api::runner::Command& command,
                api::runner::CommandResult& result);
/// `bytes` with U+FFFD in place of what is not UTF-8.
std::string as_utf8(std::string_view bytes);
/// What an EC2 instance does with user data at its first start, for scripts ("#!..."): runs them as
/// root. Throws base::Error when the script fails.
void run_user_data(CommandContext& context);

}  // namespace goldsmith::runner
