// goldsmith shell INSTANCE: a terminal in an instance that runs on this host. The instance is found
// by the run directories of the data directory; its runner, which owns it, knows nothing of this.
#include <boost/json.hpp>
#include <CLI/CLI.hpp>
#include <csignal>

#include "api/generated/runner/run_json.h"
#include "base/error.h"
#include "base/process.h"
#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/data_directory.h"

namespace goldsmith::cli {

namespace {

struct ShellCommand {
    ServerOptions server;
    std::string instance;
    std::vector<std::string> command;
};

/// The newest run of the instance: an earlier one may not have been swept yet.
base::Path run_directory_of(const base::Path& runs, const std::string& instance) {
    base::Path newest;
    std::filesystem::file_time_type newest_time{};
    for (const std::string& name : base::list_directory(runs)) {
        if (name.starts_with('.')) {
            continue;  // the engine's locks
        }
        const auto text = base::read_file_if_exists(runs / name / "spec.json");
        if (!text) {
            continue;
        }
        api::runner::RunSpec spec;
        api::runner::from_json(boost::json::parse(*text).as_object(), spec);
        const auto time = std::filesystem::last_write_time(runs / name / "spec.json");
        if (spec.instance_id == instance && (newest.empty() || time > newest_time)) {
            newest = runs / name;
            newest_time = time;
        }
    }
    if (newest.empty()) {
        throw base::Error("no instance " + instance + " runs from " + runs.string() +
                          "; 'aws ec2 describe-instances' shows which ones there are");
    }
    return newest;
}

int run_shell(const ShellCommand& options) {
    // The terminal's keys are meant for the shell inside.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGQUIT, SIG_IGN);
    const daemon::DataLayout layout{
        std::filesystem::absolute(options.server.config().data_directory)};
    base::Command command;
    command.program = (base::Path(std::filesystem::read_symlink("/proc/self/exe")).parent_path() /
                       "goldsmith-runner")
                          .string();
    command.arguments = {"enter", run_directory_of(layout.runs(), options.instance).string()};
    command.arguments.insert(command.arguments.end(), options.command.begin(),
                             options.command.end());
    base::SpawnOptions spawning;
    spawning.stdin_from = base::Stdio::inherit();
    spawning.stdout_to = base::Stdio::inherit();
    spawning.stderr_to = base::Stdio::inherit();
    spawning.die_with_parent = true;
    // The shell reads the terminal, so it has to stay in the terminal's foreground group.
    spawning.same_group = true;
    return base::spawn(command, spawning).wait().exit_code.value_or(1);
}

}  // namespace

void add_shell(CLI::App& app, Run& run) {
    auto options = std::make_shared<ShellCommand>();
    CLI::App* command = app.add_subcommand("shell", "Open a shell in a running instance");
    command->add_option("instance", options->instance, "The instance's id, i-...")->required();
    command->add_option("command", options->command, "Run this instead of a shell");
    options->server.add_to(*command);
    command->callback([options, &run] { run = [options] { return run_shell(*options); }; });
}

}  // namespace goldsmith::cli
