// goldsmith serve: the server, until SIGTERM or SIGINT.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/daemon.h"

namespace goldsmith::cli {

namespace {

struct ServeOptions {
    ServerOptions server;
    std::string listen = "127.0.0.1:8080";
    bool tls = false;
    std::string tls_certificate;
    std::string tls_key;
};

void set_tls(const ServeOptions& options, daemon::Config& config) {
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
        throw base::Error("--tls-certificate and --tls-key go together");
    }
    if (!options.tls_certificate.empty()) {
        config.tls = "files";
        config.tls_certificate = options.tls_certificate;
        config.tls_key = options.tls_key;
    } else if (options.tls) {
        config.tls = "generated";
    }
}

void reload(daemon::Daemon& server, const base::Logger& log) {
    try {
        server.reload();
        log.info("reloaded the TLS certificate", {});
    } catch (const std::exception& error) {
        log.error("cannot reload the TLS certificate; the one in use stays",
                  {{"error", base::error_chain(error)}});
    }
}

int serve(const ServeOptions& options) {
    // Blocked before any thread starts, so that every thread inherits it and only we take them.
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::sigaddset(&signals, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    daemon::Config config = options.server.config();
    daemon::set_listen_address(options.listen, config);
    set_tls(options, config);
    const base::Logger log = stderr_logger(config.log_level);
    daemon::Daemon server(config, log);
    std::printf("goldsmith: listening on %s\n", server.url().c_str());
    std::fflush(stdout);
    int received = 0;
    while (::sigwait(&signals, &received) == 0 && received == SIGHUP) {
        reload(server, log);
    }
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
    command->add_flag("--tls", options->tls,
                      "Speak HTTPS with a certificate of our own; clients trust DATA/tls/ca.pem");
    command->add_option("--tls-certificate", options->tls_certificate,
                        "Speak HTTPS with this certificate (PEM)");
    command->add_option("--tls-key", options->tls_key, "The certificate's key (PEM)");
    command->callback([options, &run] { run = [options] { return serve(*options); }; });
}

}  // namespace goldsmith::cli
