#include "base/encoding.h"
#include "base/error.h"
#include "runner/commands.h"
#include "runner/sanitize_script.h"

namespace goldsmith::runner {

namespace {

constexpr std::size_t kMostKeptBytes = 64 * 1024;

struct ScriptEnd {
    guest::Exited exited;
    std::string output;
};

/// Runs a shell script from standard input, so that it leaves no file; its output goes to the log.
ScriptEnd run_script(CommandContext& context, std::vector<std::string> argv,
                     const std::string& script) {
    guest::ExecRequest request;
    request.argv = std::move(argv);
    request.env = guest_environment(context.spec);
    ScriptEnd end;
    LineCutter lines;
    guest::ExecOptions options;
    options.deadline = context.deadline;
    options.stop = context.stop;
    options.stdin_text = script;
    options.on_output = [&](std::string_view chunk, bool) {
        context.log.lines(lines.feed(chunk));
        if (end.output.size() < kMostKeptBytes) {
            end.output += chunk;
        }
    };
    end.exited = context.instance.guest().exec(request, options);
    if (const std::string rest = lines.rest(); !rest.empty()) {
        context.log.line(rest);
    }
    return end;
}

}  // namespace

void sanitize(CommandContext& context, api::runner::CommandResult& result) {
    SanitizeRun run;
    run.working_directory =
        context.spec.working_directory.empty() ? "/tmp" : context.spec.working_directory;
    const ScriptEnd end = run_script(context, sanitize_arguments(run), sanitize_script());
    if (end.exited.exit_code == 0) {
        return;
    }
    result.outcome = api::runner::Outcome::failed;
    result.message = "the clean-up before imaging failed: " + end.output;
}

void run_user_data(CommandContext& context) {
    if (!context.spec.user_data || context.spec.user_data->empty()) {
        return;
    }
    std::string script = *context.spec.user_data;
    if (!script.starts_with("#!")) {
        script = base::base64_decode(script).value_or(script);
    }
    if (!script.starts_with("#!")) {
        context.log.line("The user data is not a script; it is not executed");
        return;
    }
    const std::string path = "/run/goldsmith-documents/user-data";
    context.instance.guest().put_file(path, script, 0700, context.deadline);
    context.log.line("Executing the user data");
    const ScriptEnd end = run_script(context, {path}, "");
    if (end.exited.exit_code != 0) {
        throw base::Error("the user data failed with exit code " +
                          std::to_string(end.exited.exit_code) + ": " + end.output);
    }
}

}  // namespace goldsmith::runner
