#include "runner/shell.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/process.h"
#include "base/random.h"
#include "instances/container/guest_init.h"
#include "instances/container/mounts.h"
#include "runner/agent_shell.h"
#include "runner/commands.h"
#include "runner/driver_choice.h"
#include "runner/prepared_disk.h"
#include "store/disk_cache.h"
#include "store/region_store.h"

namespace goldsmith::runner {

namespace {

constexpr std::chrono::seconds kStopLimit{30};

/// What it does not know is "auto", as for builds.
api::runner::Driver driver_named(const std::string& name) {
    api::runner::Driver driver = api::runner::Driver::automatic;
    api::runner::from_string(name, driver);
    return driver;
}

std::string format_of(const base::Path& disk) {
    return disk.extension() == ".qcow2" ? "qcow2" : "raw";
}

/// Enters every namespace of the guest's init; the environment is the guest's, not ours.
base::Command enter_command(pid_t init, const std::vector<std::string>& command) {
    base::Command enter;
    enter.program = "nsenter";
    enter.arguments = {
        "--target", std::to_string(init), "--mount", "--uts", "--ipc", "--net", "--pid",
        "--root",   "--wd=/root",         "--"};
    if (command.empty()) {
        enter.arguments.insert(enter.arguments.end(),
                               {"/bin/sh", "-lc",
                                "command -v bash >/dev/null && exec bash -l; "
                                "exec sh -l"});
    } else {
        enter.arguments.insert(enter.arguments.end(), command.begin(), command.end());
    }
    enter.clear_environment = true;
    const char* terminal = std::getenv("TERM");
    enter.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                         {"HOME", "/root"},
                         {"TERM", terminal != nullptr ? terminal : "dumb"}};
    return enter;
}

PreparedDisk prepare(const ShellOptions& options, const base::Path& overlay,
                     std::optional<store::RegionStore>& region,
                     std::optional<store::DiskCache>& cache) {
    if (!options.disk.empty()) {
        return {options.disk, format_of(options.disk), overlay};
    }
    region.emplace(options.store);
    cache.emplace(options.cache);
    api::runner::RunSpec spec;
    spec.parent_snapshot = options.snapshot;
    return {spec, overlay, *region, *cache};
}

instances::InstanceSpec spec_for(const PreparedDisk& disk, const base::Path& folder) {
    base::SystemRandom random;
    instances::InstanceSpec spec;
    spec.id = "i-" + base::make_hex_id(random, 17);
    spec.run_id = base::make_hex_id(random, 24);
    spec.disk = disk.path();
    spec.root = disk.root();
    spec.vcpus = 2;
    spec.memory_mib = 4096;
    spec.work_directory = folder / "work";
    spec.console_file = folder / "console.log";
    spec.agent_program =
        base::Path(std::filesystem::read_symlink("/proc/self/exe")).parent_path() / "toe";
    base::make_directories(spec.work_directory, 0700);
    return spec;
}

int run_inside(std::optional<pid_t> init, const std::vector<std::string>& command) {
    if (!init) {
        throw base::Error("the machine's init cannot be found");
    }
    base::SpawnOptions options;
    options.stdin_from = base::Stdio::inherit();
    options.stdout_to = base::Stdio::inherit();
    options.stderr_to = base::Stdio::inherit();
    options.die_with_parent = true;
    options.same_group = true;
    base::Child shell = base::spawn(enter_command(*init, command), options);
    return shell.wait().exit_code.value_or(1);
}

}  // namespace

ShellOptions parse_shell_options(const std::vector<std::string>& arguments) {
    ShellOptions options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        if (arguments[i] == "--") {
            options.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                   arguments.end());
            break;
        }
        if (i + 1 == arguments.size()) {
            throw base::Error(arguments[i] + " needs a value");
        }
        const std::string& value = arguments[i + 1];
        if (arguments[i] == "--disk") {
            options.disk = value;
        } else if (arguments[i] == "--store") {
            options.store = value;
        } else if (arguments[i] == "--cache") {
            options.cache = value;
        } else if (arguments[i] == "--snapshot") {
            options.snapshot = value;
        } else if (arguments[i] == "--driver") {
            options.driver = value;
        } else {
            throw base::Error("unknown option " + arguments[i]);
        }
    }
    if (options.disk.empty() && (options.store.empty() || options.snapshot.empty())) {
        throw base::Error("shell needs --disk, or --store with --snapshot and --cache");
    }
    return options;
}

int run_shell(const ShellOptions& options) {
    // The terminal's keys are meant for the shell.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGQUIT, SIG_IGN);
    const auto driver = make_driver(driver_named(options.driver));
    if (const auto reason = driver->unavailable()) {
        throw base::Error(*reason);
    }
    if (::geteuid() == 0) {
        instances::enter_private_mount_namespace();
    }
    const base::TempDir folder("goldsmith-run", "/var/tmp");
    std::optional<store::RegionStore> region;
    std::optional<store::DiskCache> cache;
    const PreparedDisk disk = prepare(options, folder.path() / "disk.qcow2", region, cache);
    const auto instance = driver->create(spec_for(disk, folder.path()));
    instance->start();
    instance->wait_ready(std::chrono::steady_clock::now() + kBootLimit);
    // A guest that is no process of this host is reached by its agent.
    const int exit_code = instance->init_process()
                              ? run_inside(instance->init_process(), options.command)
                              : run_by_agent(instance->guest(), options.command);
    instance->stop(kStopLimit);
    return exit_code;
}

int run_enter(const base::Path& run_directory, const std::vector<std::string>& command) {
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGQUIT, SIG_IGN);
    // The lock is the runner's life, and says who it is.
    if (base::FileLock::try_acquire(run_directory / "lock")) {
        throw base::Error("the instance is not running");
    }
    const auto runner = static_cast<pid_t>(
        std::strtol(base::read_file(run_directory / "lock").c_str(), nullptr, 10));
    const auto init = instances::find_guest_init_of_runner(runner);
    if (!init) {
        throw base::Error(
            "the instance has no init on this host: only containers can be entered, and only when "
            "they have booted; use SSM SendCommand");
    }
    return run_inside(init, command);
}

}  // namespace goldsmith::runner
