#include "runner/runner.h"

#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/mailbox.h"
#include "runner/capsule.h"
#include "runner/commands.h"
#include "runner/end_watch.h"
#include "runner/saved_machines.h"

namespace goldsmith::runner {

namespace {

using namespace std::chrono_literals;
using api::runner::Command;
using api::runner::CommandKind;
using api::runner::CommandResult;
using api::runner::InstanceState;
using api::runner::Outcome;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAnew = 2s;
constexpr auto kDefaultCommandLimit = 24h;
constexpr auto kReconnectLimit = 60s;
/// A machine that goes down loses its agent first.
constexpr auto kGoingDown = 10s;
constexpr std::size_t kTailLines = 30;

bool speaks_to_guest(CommandKind kind) {
    return kind != CommandKind::terminate && kind != CommandKind::stop &&
           kind != CommandKind::cancel;
}

/// Logs are beside the runs: <data>/runs/<id> and <data>/logs.
base::Path log_root(const RunDirectory& directory) {
    return directory.path().parent_path().parent_path() / "logs";
}

/// What may boot either way boots by BIOS, which is quicker, unless UEFI has to check signatures.
instances::Firmware firmware_of(const api::runner::RunSpec& spec) {
    if (spec.secure_boot.value_or(false)) {
        return instances::Firmware::uefi_secure_boot;
    }
    return spec.boot_mode == "uefi" ? instances::Firmware::uefi : instances::Firmware::bios;
}

std::optional<KeptInstance> kept_instance(const api::runner::RunSpec& spec) {
    return spec.instance_directory ? std::optional<KeptInstance>(*spec.instance_directory)
                                   : std::nullopt;
}

BuildLog open_log(const RunDirectory& directory, const api::runner::RunSpec& spec,
                  const std::optional<KeptInstance>& kept) {
    if (kept) {
        return BuildLog(kept->console());
    }
    return BuildLog(store::LogStore(log_root(directory), spec.region, spec.account_id)
                        .writer(spec.log_group, spec.log_stream));
}

}  // namespace

Runner::Runner(RunDirectory& directory, instances::InstanceDriver& driver, base::Logger log)
    : directory_(directory),
      driver_(driver),
      log_(std::move(log)),
      spec_(directory.spec()),
      region_(spec_.store_directory),
      cache_(spec_.cache_directory),
      kept_(kept_instance(spec_)),
      build_log_(open_log(directory, spec_, kept_)) {}

Runner::~Runner() = default;

void Runner::write_state(InstanceState state, const std::string& message) {
    api::runner::RunState document;
    document.run_id = spec_.run_id;
    document.instance_id = spec_.instance_id;
    document.state = state;
    if (!message.empty()) {
        document.message = message;
    }
    document.pid = static_cast<std::int32_t>(::getpid());
    document.update_time = base::SystemClock().now();
    document.boot_milliseconds = boot_milliseconds_;
    if (switched_off_) {
        document.switched_off = true;
    }
    directory_.write_state(document);
}

void Runner::run() {
    write_state(InstanceState::starting);
    try {
        std::stop_source launching;
        const EndWatch watch(directory_, ending_, launching, "");
        launch(launching.get_token());
    } catch (const std::exception& error) {
        if (!directory_.should_end()) {
            fail(base::error_chain(error));
            return;
        }
    }
    serve();
    end();
}

void Runner::launch(const std::stop_token& stop) {
    if (const auto reason = driver_.unavailable()) {
        throw base::Error("no instance can be started on this host: " + *reason);
    }
    const Clock::time_point begin = Clock::now();
    if (kept_) {
        disk_.emplace(spec_, *kept_, region_, cache_);
    } else {
        disk_.emplace(spec_, directory_.file("disk.qcow2"), region_, cache_);
    }
    const auto disk_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
    instances::InstanceSpec machine;
    machine.id = spec_.instance_id;
    machine.run_id = spec_.run_id;
    machine.disk = disk_->path();
    machine.root = disk_->root();
    machine.grow_root = disk_->is_larger();
    machine.vcpus = static_cast<unsigned>(spec_.vcpus);
    machine.memory_mib = static_cast<std::uint64_t>(spec_.memory_mib);
    machine.work_directory = directory_.file("work");
    machine.console_file = kept_ ? kept_->console() : directory_.file("console.log");
    machine.keeps_disk = kept_.has_value();
    machine.agent_program = spec_.agent_program.value_or(
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "toe");
    machine.firmware = firmware_of(spec_);
    machine.tpm = spec_.tpm.value_or(false);
    machine.warm_start = warm_start();
    base::make_directories(machine.work_directory, 0700);
    if (spec_.driver != api::runner::Driver::fake) {
        spec_.environment = network_environment(spec_);
        network_.emplace(spec_, machine.work_directory, directory_.file("credentials.json"),
                         [this](const std::string& line) {
                             build_log_.line(line);
                             log_.warning("network", {{"what", line}});
                         });
        machine.gateway = network_->gateway();
    }
    instance_ = driver_.create(std::move(machine));
    const auto limit = spec_.ready_timeout_seconds
                           ? std::chrono::seconds(*spec_.ready_timeout_seconds)
                           : kBootLimit;
    instance_->start();
    instance_->wait_ready(Clock::now() + limit, stop);
    boot_milliseconds_ =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
    build_log_.line("Instance " + spec_.instance_id + " (" + spec_.instance_type +
                    ") is ready after " + std::to_string(*boot_milliseconds_) + " ms");
    log_.info("instance is ready", {{"milliseconds", std::to_string(*boot_milliseconds_)},
                                    {"disk_milliseconds", std::to_string(disk_ms)}});
    note_shortcomings();
    CommandContext context{spec_,   *instance_, build_log_,        *disk_,
                           region_, cache_,     Clock::now() + 1h, stop};
    if (!kept_) {
        run_user_data(context);
        write_state(InstanceState::running);
        return;
    }
    // Such a machine runs whatever becomes of its user data, which say so on the console.
    write_state(InstanceState::running);
    set_up(context);
}

void Runner::set_up(CommandContext& context) {
    if (kept_->is_set_up()) {
        return;
    }
    try {
        run_user_data(context);
    } catch (const std::exception& error) {
        if (context.stop.stop_requested()) {
            return;  // not done: the next start does it
        }
        build_log_.line(base::error_chain(error));
    }
    kept_->mark_set_up();
}

/// Booting is what a test stage tests; a build only wants a machine.
std::optional<instances::WarmStart> Runner::warm_start() const {
    if (spec_.purpose != api::runner::RunPurpose::build) {
        return std::nullopt;
    }
    // The overlay names the file below it, so that is part of what must be equal.
    return instances::WarmStart{
        base::Path(spec_.cache_directory).parent_path() / "machines", kSavedMachinesBytes,
        disk_identity(spec_.parent_snapshot, disk_->base().path(), spec_.disk_size_gib)};
}

void Runner::note_shortcomings() {
    for (const std::string& line : instance_->shortcomings()) {
        log_.warning("the instance lacks something", {{"what", line}});
    }
}

void Runner::fail(const std::string& message) {
    log_.error("the instance failed", {{"message", message}});
    if (instance_) {
        instance_->kill();
        instance_.reset();
    }
    network_.reset();
    try {
        keep_capsule(spec_, directory_.path());
    } catch (const std::exception& error) {
        log_.error("the failed instance could not be kept", {{"message", error.what()}});
    }
    write_state(InstanceState::failed, message);
}

void Runner::serve() {
    base::DirectoryWatch watch;
    watch.add(directory_.file("inbox"));
    while (!ending_.stop_requested() && !directory_.should_end()) {
        if (const auto command = directory_.next_command()) {
            execute(*command);
        } else {
            watch.wait(kLookAnew);
        }
        if (kept_ && instance_->state() == instances::PowerState::off && !resume()) {
            return;
        }
    }
}

/// A machine that went down by itself: its guest restarted it, or switched it off.
bool Runner::resume() {
    std::stop_source resuming;
    const EndWatch watch(directory_, ending_, resuming, "");
    try {
        if (instance_->resume_restart(Clock::now() + kBootLimit, resuming.get_token())) {
            log_.info("the guest has restarted its machine", {});
            return true;
        }
    } catch (const std::exception& error) {
        if (ending_.stop_requested()) {
            return true;  // serve() sees it
        }
        log_.error("the machine did not come up again", {{"message", base::error_chain(error)}});
    }
    switched_off_ = true;
    return false;
}

void Runner::execute(const Command& command) {
    CommandResult result;
    result.id = command.id;
    result.outcome = Outcome::succeeded;
    result.start_time = base::SystemClock().now();
    const Clock::time_point begin = Clock::now();
    std::stop_source working;
    try {
        const EndWatch watch(directory_, ending_, working, command.id);
        dispatch(command, working.get_token(), result);
    } catch (const guest::GuestTimeout&) {
        result.outcome = Outcome::failed;
        if (result.script) {
            result.script->timed_out = !working.stop_requested();
        }
        result.message = "it did not end within " +
                         std::to_string(command.timeout_seconds.value_or(0)) +
                         " seconds and was stopped";
    } catch (const guest::GuestSilent& error) {
        result.outcome = Outcome::failed;
        result.message = explain_silence(error.what());
    } catch (const guest::GuestLost& error) {
        result.outcome = Outcome::failed;
        result.message = explain_loss(error.what());
    } catch (const std::exception& error) {
        result.outcome = Outcome::failed;
        result.message = base::error_chain(error);
    }
    result.end_time = base::SystemClock().now();
    if (result.outcome == Outcome::failed) {
        a_command_failed_ = true;
        if (ending_.stop_requested()) {
            result.message = "cancelled: the instance is being switched off";
        } else if (working.stop_requested()) {
            result.message = "cancelled";
            if (result.script) {
                result.script->cancelled = true;
            }
        }
    }
    directory_.write_result(result);
    log_.info(
        "command has ended",
        {{"id", command.id},
         {"kind", api::runner::to_string(command.kind)},
         {"outcome", api::runner::to_string(result.outcome)},
         {"milliseconds",
          std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin)
                             .count())}});
}

std::string Runner::explain_silence(const std::string& what) {
    const std::string reason = instance_->why_silent();
    return what + (reason.empty() ? "" : ": " + reason) + "; the last lines of its console:\n" +
           instance_->console_tail(kTailLines);
}

/// The connection ends when the machine goes down: then its console explains more than the
/// connection.
std::string Runner::explain_loss(const std::string& what) {
    const Clock::time_point give_up = Clock::now() + kGoingDown;
    while (instance_->state() != instances::PowerState::off && Clock::now() < give_up) {
        std::this_thread::sleep_for(20ms);
    }
    if (instance_->state() != instances::PowerState::off) {
        return what;
    }
    return "the instance went down or restarted by itself while the command ran (documents restart "
           "it with exit "
           "code 194 or the Reboot action); the last lines of its console:\n" +
           instance_->console_tail(kTailLines);
}

void Runner::dispatch(const Command& command, const std::stop_token& stop, CommandResult& result) {
    // Mostly serve() sees these first; not when one comes between its looks.
    const bool ends = command.kind == CommandKind::terminate || command.kind == CommandKind::stop;
    if (snapshotted_ && !ends) {
        throw base::Error(
            "the instance has been stopped for its snapshot; only terminate is possible");
    }
    const auto limit = command.timeout_seconds ? std::chrono::seconds(*command.timeout_seconds)
                                               : std::chrono::seconds(kDefaultCommandLimit);
    CommandContext context{spec_,   *instance_, build_log_,           *disk_,
                           region_, cache_,     Clock::now() + limit, stop};
    if (speaks_to_guest(command.kind)) {
        // An earlier command that ran out of time has cost the connection.
        instance_->wait_ready(std::min(context.deadline, Clock::now() + kReconnectLimit), stop);
    }
    switch (command.kind) {
        case CommandKind::execute_documents:
            if (!command.execute_documents) {
                throw base::Error("the command lacks its member executeDocuments");
            }
            execute_documents(context, *command.execute_documents, result);
            return;
        case CommandKind::collect_metadata:
            collect_metadata(context, result);
            return;
        case CommandKind::sanitize:
            sanitize(context, result);
            return;
        case CommandKind::create_snapshot:
            if (!command.create_snapshot) {
                throw base::Error("the command lacks its member createSnapshot");
            }
            snapshotted_ = true;
            write_state(InstanceState::stopping);
            create_snapshot(context, *command.create_snapshot, result);
            write_state(InstanceState::stopped);
            return;
        case CommandKind::run_script:
            if (!command.run_script) {
                throw base::Error("the command lacks its member runScript");
            }
            run_script(context, command, result);
            return;
        case CommandKind::reboot:
            instance_->reboot(std::min(context.deadline, Clock::now() + kBootLimit), stop);
            return;
        case CommandKind::cancel:
            return;  // EndWatch has seen it
        case CommandKind::stop:
        case CommandKind::terminate:
            ending_.request_stop();
            return;
    }
}

/// What belongs to nobody's build is shut down in its own way, as its owner expects of it.
void Runner::switch_off() {
    if (!instance_) {
        return;
    }
    if (kept_) {
        try {
            if (instance_->stop(kShutdownLimit) == instances::Instance::Stopped::killed) {
                build_log_.line("Instance " + spec_.instance_id +
                                " did not shut down by itself and was switched off");
            }
            kept_->sync();
        } catch (const std::exception& error) {
            log_.error("the machine could not be stopped in order",
                       {{"message", base::error_chain(error)}});
        }
    }
    instance_->kill();
    instance_.reset();
}

void Runner::end() {
    switch_off();
    network_.reset();
    if (!std::filesystem::exists(directory_.file("spec.json"))) {
        return;  // nobody is left to tell
    }
    if (a_command_failed_) {
        try {
            keep_capsule(spec_, directory_.path());
        } catch (const std::exception& error) {
            log_.error("the failed instance could not be kept", {{"message", error.what()}});
        }
    }
    disk_.reset();
    base::remove_tree(directory_.file("disk.qcow2"));
    base::remove_tree(directory_.file("work"));
    while (const auto command = directory_.next_command()) {
        CommandResult result;
        result.id = command->id;
        const bool asked = !speaks_to_guest(command->kind);
        result.outcome = asked ? Outcome::succeeded : Outcome::failed;
        if (!asked) {
            result.message = "cancelled: the instance has been switched off";
        }
        result.start_time = result.end_time = base::SystemClock().now();
        directory_.write_result(result);
    }
    write_state(InstanceState::terminated);
}

}  // namespace goldsmith::runner
