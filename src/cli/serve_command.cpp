// goldsmith serve: the server, until SIGTERM or SIGINT.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/daemon.h"

namespace goldsmith::cli {

namespace {

struct ServeOptions {
    ServerOptions server;
    std::string listen = "127.0.0.1:8080";
};

int serve(const ServeOptions& options) {
    // Blocked before any thread starts, so that every thread inherits it and only we take them.
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    daemon::Config config = options.server.config();
    daemon::set_listen_address(options.listen, config);
    const base::Logger log = stderr_logger(config.log_level);
    const daemon::Daemon server(config, log);
    std::printf("goldsmith: listening on %s\n", server.url().c_str());
    std::fflush(stdout);
    int received = 0;
    ::sigwait(&signals, &received);
    log.info("stopping; running builds stay alive",
             {{"signal", received == SIGTERM ? "TERM" : "INT"}});
    return 0;
}

}  // namespace

void add_serve(CLI::App& app, Run& run) {
    auto options = std::make_shared<ServeOptions>();
    CLI::App* command = app.add_subcommand("serve", "Serve the API and run builds");
    options->server.add_to(*command);
    command->add_option("--listen", options->listen, "HOST:PORT; port 0 picks a free one")
        ->capture_default_str();
    command->callback([options, &run] { run = [options] { return serve(*options); }; });
}

}  // namespace goldsmith::cli
