#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/clock.h"
#include "base/files.h"
#include "guest/executor.h"
#include "guest/live_output.h"
#include "guest/net/network_access.h"
#include "guest/reboot.h"
#include "guest/run_report.h"
#include "guest/toe_commands.h"
#include "guest/toe_config.h"
#include "guest/toe_options.h"

namespace goldsmith::guest {
namespace {

constexpr OptionSpec run_options[] = {
    {"config", 'c', "FILE", "settings as JSON; this or --documents"},
    {"documents", 'd', "A,B", "documents to run, in order"},
    {"phases", 'p', "A,B", "phases to run (default: all)"},
    {"parameters", 0, "N=V,N=V", "values for the documents' parameters"},
    {"secret-parameters", 0, "N,N", "parameters whose values never reach a log"},
    {"execution-id", 'i', "ID", "name of this run (default: a new UUID)"},
    {"log-directory", 'l', "DIR", "where the run's log folder is made (default: .)"},
    {"state-directory", 's', "DIR",
     "what survives a reboot (default: .toe-state in the log directory)"},
    {"blocked-action-modules", 0, "A,B", "refuse documents that use these actions"},
    {"reboot-mode", 0, "exit|system", "exit with 194 for the caller, or reboot this machine"},
    {"log-s3-bucket-name", 'b', "NAME", "upload the log folder to this bucket at the end"},
    {"log-s3-key-prefix", 'k', "TEXT", "... below this prefix"},
    {"log-s3-bucket-owner", 0, "ACCOUNT", "... which this account must own"},
    {"document-s3-bucket-owner", 0, "ACCOUNT", "the account that must own buckets of documents"},
    {"cw-log-group", 0, "NAME", "stream console.log to this CloudWatch Logs group"},
    {"cw-log-stream", 0, "NAME", "... to this stream (default: the execution id)"},
    {"cw-log-region", 0, "NAME", "... in this region (default: the instance's)"},
    {"cw-ignore-failures", 0, "", "do not fail when the stream does not take the log"},
    {"watch", 'w', "", "show progress for people on standard error"},
    {"trace", 't', "", "show every log message on standard error"},
    {"version", 'v', "", "print the version"},
    {"help", 'h', "", "print this help"},
};

StopSignal* active_stop = nullptr;

void on_stop_signal(int) {
    active_stop->request();
}

void install_signal_handlers(StopSignal& stop) {
    active_stop = &stop;
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        ::sigaction(number, &action, nullptr);
    }
    ::signal(SIGPIPE, SIG_IGN);
}

/// What a run needs from outside, for as long as toe runs.
struct ToeWorld {
    base::SystemClock clock;
    StopSignal stop;
    NetworkAccess remote{clock};
};

RebootMode reboot_mode(const Options& options) {
    std::string mode = options.text("reboot-mode");
    if (mode.empty()) {
        const char* from_agent = std::getenv("TOE_REBOOT_MODE");
        mode = from_agent != nullptr ? from_agent : in_container() ? "exit" : "system";
    }
    if (mode != "exit" && mode != "system") {
        throw UsageError("--reboot-mode must be exit or system, not '" + mode + "'");
    }
    return mode == "exit" ? RebootMode::exit : RebootMode::system;
}

/// The text of the config file: a local path or an S3 URI.
std::string read_config(const Options& options, ToeWorld& world) {
    const std::string location = options.text("config");
    if (!location.starts_with("s3://")) {
        return base::read_file(location);
    }
    return world.remote
        .document(location, options.text("document-s3-bucket-owner"), {world.stop, {}})
        .text;
}

ToeConfig read_request(const Options& options, ToeWorld& world) {
    if (options.has("config") == options.has("documents")) {
        throw UsageError("give exactly one of --config and --documents");
    }
    if (options.has("config") && options.has("parameters")) {
        throw UsageError("--parameters cannot be combined with --config; put them into the file");
    }
    ToeConfig config;
    if (options.has("config")) {
        const std::string text = read_config(options, world);
        config = parse_toe_config(text, options.text("config"));
        config.request.resume_config = text;
    }
    for (const std::string& location : options.list("documents")) {
        config.request.documents.push_back({location, {}});
    }
    if (options.has("documents") && config.request.documents.empty()) {
        throw UsageError("--documents names no document");
    }
    return config;
}

/// The same command once more, but for --config, which the executor adds.
std::vector<std::string> resume_command(const Options& options, const std::string& program) {
    std::vector<std::string> command = {program, "run"};
    for (const OptionSpec& spec : run_options) {
        if (spec.name == "config" || !options.has(spec.name)) {
            continue;
        }
        command.push_back("--" + std::string(spec.name));
        if (!spec.argument.empty()) {
            command.push_back(options.text(spec.name));
        }
    }
    return command;
}

void apply_log_options(const Options& options, LogDestinations& log) {
    const std::pair<const char*, std::string*> settings[] = {
        {"log-s3-bucket-name", &log.s3_bucket}, {"log-s3-key-prefix", &log.s3_prefix},
        {"log-s3-bucket-owner", &log.s3_owner}, {"cw-log-group", &log.cw_group},
        {"cw-log-stream", &log.cw_stream},      {"cw-log-region", &log.cw_region}};
    for (const auto& [name, target] : settings) {
        if (options.has(name)) {
            *target = options.text(name);
        }
    }
    log.cw_ignore_failures = log.cw_ignore_failures || options.has("cw-ignore-failures");
    if (log.s3_bucket.empty() && !(log.s3_prefix.empty() && log.s3_owner.empty())) {
        throw UsageError("--log-s3-key-prefix and --log-s3-bucket-owner need --log-s3-bucket-name");
    }
    if (log.cw_group.empty() && !(log.cw_stream.empty() && log.cw_region.empty())) {
        throw UsageError("--cw-log-stream and --cw-log-region need --cw-log-group");
    }
    if (!log.s3_bucket.empty()) {
        parse_s3_location("s3://" + log.s3_bucket + "/");
    }
}

void apply_options(const Options& options, const std::string& program, RunRequest& request) {
    const auto override_text = [&options](const char* name, auto& target) {
        if (options.has(name)) {
            target = options.text(name);
        }
    };
    if (options.has("phases")) {
        request.phases = options.list("phases");
    }
    if (options.has("parameters")) {
        request.parameters = parse_assignments(options.text("parameters"));
    }
    for (const std::string& name : options.list("secret-parameters")) {
        request.secret_parameters.push_back(name);
    }
    override_text("execution-id", request.execution_id);
    override_text("log-directory", request.log_directory);
    override_text("state-directory", request.state_directory);
    override_text("document-s3-bucket-owner", request.document_bucket_owner);
    apply_log_options(options, request.log_destinations);
    request.blocked_actions = options.list("blocked-action-modules");
    request.reboot_mode = reboot_mode(options);
    request.resume_command = resume_command(options, program);
    // It names a folder of the log directory, so it must not lead out of it.
    if (request.execution_id.find('/') != std::string::npos || request.execution_id.size() > 128) {
        throw UsageError("--execution-id must not hold '/' nor be longer than 128 characters");
    }
}

/// The width of the terminal that standard error is; 0 when it is none.
std::size_t terminal_columns() {
    constexpr std::size_t usual = 80;
    if (::isatty(STDERR_FILENO) != 1) {
        return 0;
    }
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col : usual;
}

int run_request(const ToeConfig& config, LiveMode mode, ToeWorld& world) {
    // Orphans of the documents' commands come to us instead of to init, so that a timeout finds
    // them.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    LiveOutput live(std::cerr, mode, terminal_columns());
    const RunResult result =
        run_components(config.request, {world.clock, world.stop, world.remote, live});
    if (!result.diagnostics.empty()) {
        std::cerr << result.diagnostics << std::endl;
    }
    std::cout << result.summary << std::flush;
    return result.exit_code;
}

}  // namespace

int toe_run(const std::vector<std::string>& arguments, const std::string& program) {
    try {
        const Options options = Options::parse(run_options, arguments);
        if (options.has("help")) {
            std::cerr << "toe run: runs component documents\n\n" << options_help(run_options);
            return exit_success;
        }
        if (options.has("version")) {
            std::cout << toe_version << std::endl;
            return exit_success;
        }
        ToeWorld world;
        install_signal_handlers(world.stop);
        ToeConfig config = read_request(options, world);
        apply_options(options, program, config.request);
        for (const std::string& warning : config.warnings) {
            std::cerr << "toe: warning: " << warning << std::endl;
        }
        const LiveMode mode = options.has("trace") || config.trace ? LiveMode::trace
                              : options.has("watch")               ? LiveMode::watch
                                                                   : LiveMode::silent;
        return run_request(config, mode, world);
    } catch (const base::Error& error) {
        const std::string message = base::error_chain(error);
        std::cerr << "toe run: " << message << std::endl;
        RunRecord failed;
        failed.status = ScopeStatus::failed;
        failed.failure_message = message;
        std::cout << run_summary(failed, "") << std::flush;
        return exit_failure;
    }
}

}  // namespace goldsmith::guest
