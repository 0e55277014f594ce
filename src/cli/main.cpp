#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "base/error.h"
#include "cli/command_line.h"
#include "documents/diagnostics.h"

int main(int argument_count, char** arguments) {
    // A client or a pager that goes away is an error of a write, not our end.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app{"Goldsmith: a self-hosted EC2 Image Builder"};
    app.name("goldsmith");
    app.require_subcommand(1);
    goldsmith::cli::Run run;
    goldsmith::cli::add_serve(app, run);
    goldsmith::cli::add_build(app, run);
    goldsmith::cli::add_validate(app, run);
    goldsmith::cli::add_run(app, run);
    goldsmith::cli::add_shell(app, run);
    goldsmith::cli::add_image(app, run);
    goldsmith::cli::add_doctor(app, run);
    goldsmith::cli::add_gc(app, run);
    goldsmith::cli::add_fsck(app, run);
    goldsmith::cli::add_account(app, run);
    goldsmith::cli::add_iam(app, run);
    goldsmith::cli::add_audit(app, run);
    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return run();
    } catch (const goldsmith::documents::DocumentErrors& errors) {
        std::fprintf(stderr, "%s\n", errors.to_string().c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "goldsmith: %s\n", goldsmith::base::error_chain(error).c_str());
    }
    return 1;
}
