// goldsmith audit verify: whether the audit log is whole. Also while the server runs.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "audit/verify.h"
#include "base/error.h"
#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/data_directory.h"

namespace goldsmith::cli {

namespace {

struct VerifyCommand {
    ServerOptions server;
    std::string head;
};

/// "SEQUENCE:HASH", as verify prints it.
std::optional<audit::Link> noted_head(const std::string& text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto colon = text.find(':');
    auto link = colon == std::string::npos
                    ? std::nullopt
                    : audit::parse_link("{\"sequence\":" + text.substr(0, colon) + ",\"hash\":\"" +
                                        text.substr(colon + 1) + "\"}");
    if (!link) {
        throw base::Error(
            "--head wants SEQUENCE:HASH as an earlier goldsmith audit verify printed it");
    }
    return link;
}

int verify(const VerifyCommand& options) {
    const auto folder = daemon::DataLayout{options.server.config().data_directory}.audit();
    const auto verdict = audit::verify(folder, noted_head(options.head));
    if (!verdict.problem.empty()) {
        std::fprintf(stderr, "goldsmith: %s\n", (folder / verdict.problem).c_str());
        return 1;
    }
    std::printf("%s: whole: %llu lines in %llu files, head %llu:%s\n", folder.c_str(),
                static_cast<unsigned long long>(verdict.lines),
                static_cast<unsigned long long>(verdict.files),
                static_cast<unsigned long long>(verdict.head.sequence), verdict.head.hash.c_str());
    return 0;
}

}  // namespace

void add_audit(CLI::App& app, Run& run) {
    CLI::App* audit = app.add_subcommand("audit", "The log of every call of the API");
    audit->require_subcommand(1);
    auto options = std::make_shared<VerifyCommand>();
    CLI::App* command = audit->add_subcommand(
        "verify", "Check that no line was altered, removed or added, and print the head");
    options->server.add_to(*command);
    command->add_option(
        "--head", options->head,
        "SEQUENCE:HASH of an earlier run, kept where nobody who can write to the log can");
    command->callback([options, &run] { run = [options] { return verify(*options); }; });
}

}  // namespace goldsmith::cli
