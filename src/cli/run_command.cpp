// goldsmith run IMAGE: boots an image and opens a shell in it; everything is gone when it ends. The
// runner owns the machine, as in a build; this command is its terminal.
#include <CLI/CLI.hpp>
#include <csignal>

#include "base/error.h"
#include "base/process.h"
#include "cli/command_line.h"
#include "cli/image_reference.h"
#include "cli/server_options.h"
#include "daemon/data_directory.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

struct RunCommand {
    ServerOptions server;
    std::string image;
    std::string region;
    std::string instance_type = "m5.large";
    std::vector<std::string> command;
};

base::Command shell_command(const RunCommand& options, const daemon::Config& config) {
    const daemon::DataLayout layout{std::filesystem::absolute(config.data_directory)};
    base::Command command;
    command.program = (base::Path(std::filesystem::read_symlink("/proc/self/exe")).parent_path() /
                       "goldsmith-runner")
                          .string();
    command.arguments = {"shell", "--cache", layout.cache().string(), "--driver", config.driver};
    if (std::filesystem::exists(options.image)) {
        command.arguments.insert(command.arguments.end(),
                                 {"--disk", std::filesystem::absolute(options.image).string()});
    } else {
        store::RegionSet regions(layout.stores(), config.regions);
        const FoundImage found = find_image(regions, options.region, options.image);
        command.arguments.insert(command.arguments.end(),
                                 {"--store", (layout.stores() / found.region).string(),
                                  "--snapshot", found.image.root_device().snapshot.str()});
    }
    if (!options.command.empty()) {
        command.arguments.push_back("--");
        command.arguments.insert(command.arguments.end(), options.command.begin(),
                                 options.command.end());
    }
    return command;
}

int run_image(const RunCommand& options) {
    // The terminal's keys are meant for the shell inside.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGQUIT, SIG_IGN);
    base::SpawnOptions spawning;
    spawning.stdin_from = base::Stdio::inherit();
    spawning.stdout_to = base::Stdio::inherit();
    spawning.stderr_to = base::Stdio::inherit();
    spawning.die_with_parent = true;
    // The shell reads the terminal, so it has to stay in the terminal's foreground group.
    spawning.same_group = true;
    base::Child child = base::spawn(shell_command(options, options.server.config()), spawning);
    const base::ExitStatus status = child.wait();
    return status.exit_code.value_or(1);
}

}  // namespace

void add_run(CLI::App& app, Run& run) {
    auto options = std::make_shared<RunCommand>();
    CLI::App* command = app.add_subcommand("run", "Boot an image and open a shell in it");
    command->add_option("image", options->image, "AMI id, image ARN, name, or a raw or qcow2 file")
        ->required();
    command->add_option("command", options->command, "Run this instead of a shell");
    command->add_option("--region", options->region, "Only look in this region");
    options->server.add_to(*command);
    command->callback([options, &run] { run = [options] { return run_image(*options); }; });
}

}  // namespace goldsmith::cli
