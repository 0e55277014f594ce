// goldsmith-runner RUN_DIRECTORY: owns one instance. Started by an engine, never by hand.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "instances/container/mounts.h"
#include "runner/driver_choice.h"
#include "runner/run_directory.h"
#include "runner/runner.h"
#include "runner/saved_machines.h"
#include "runner/shell.h"

namespace goldsmith::runner {
namespace {

void tell_failure(RunDirectory& directory, const std::string& message) {
    const api::runner::RunSpec spec = directory.spec();
    api::runner::RunState state;
    state.run_id = spec.run_id;
    state.instance_id = spec.instance_id;
    state.state = api::runner::InstanceState::failed;
    state.message = message;
    state.update_time = base::SystemClock().now();
    directory.write_state(state);
}

int run(const base::Path& path) {
    RunDirectory directory(path);
    const base::Logger log(std::make_shared<base::FdLogSink>(STDERR_FILENO), base::LogLevel::info);
    try {
        const api::runner::RunSpec spec = directory.spec();
        if (::geteuid() == 0) {
            instances::enter_private_mount_namespace();
        }
        const auto driver = make_driver(spec.driver);
        Runner(directory, *driver, log.with("run", spec.run_id)).run();
        return 0;
    } catch (const std::exception& error) {
        const std::string message = base::error_chain(error);
        log.error("the runner gives up", {{"message", message}});
        tell_failure(directory, message);
        return 1;
    }
}

int print_saved_machines(const std::vector<std::string>& arguments) {
    const std::string line = collect_saved_machines(parse_saved_machines_options(arguments));
    if (!line.empty()) {
        std::printf("%s\n", line.c_str());
    }
    return 0;
}

/// What the program does besides: started by the command line, with its words.
struct Subcommand {
    std::string_view word;
    int (*run)(const std::vector<std::string>& arguments);
};

constexpr Subcommand kSubcommands[] = {
    {"shell", [](const auto& arguments) { return run_shell(parse_shell_options(arguments)); }},
    {"enter",
     [](const auto& arguments) {
         return run_enter(arguments.at(0), {arguments.begin() + 1, arguments.end()});
     }},
    {"machines", print_saved_machines},
};

int run_subcommand(const Subcommand& subcommand, const std::vector<std::string>& arguments) {
    try {
        return subcommand.run(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "goldsmith: %s\n", base::error_chain(error).c_str());
        return 1;
    }
}

}  // namespace
}  // namespace goldsmith::runner

int main(int argc, char** argv) {
    using namespace goldsmith::runner;
    for (const Subcommand& subcommand : kSubcommands) {
        if (argc > 2 && subcommand.word == argv[1]) {
            return run_subcommand(subcommand, {argv + 2, argv + argc});
        }
    }
    if (argc != 2) {
        std::fprintf(
            stderr, "usage: goldsmith-runner RUN_DIRECTORY (started by the engine, not by hand)\n");
        return 2;
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    try {
        return run(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "goldsmith-runner: %s\n",
                     goldsmith::base::current_error_chain().c_str());
        return 1;
    }
}
