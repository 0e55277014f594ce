#include "guest/modules/logged_command.h"

#include <unistd.h>

#include <cctype>
#include <cstring>

#include "guest/line_splitter.h"
#include "guest/scratch_folder.h"

namespace goldsmith::guest {
namespace {

constexpr std::string_view stdout_prefix = "CmdExecution: Stdout: ";
constexpr std::string_view stderr_prefix = "CmdExecution: Stderr: ";

/// A little more is kept at first, so that the cut can be made where it splits no secret.
constexpr std::size_t held_output_bytes = kept_output_bytes + 64 * 1024;

void append_bounded(std::string& text, std::string_view chunk) {
    text.append(chunk.substr(0, held_output_bytes - std::min(held_output_bytes, text.size())));
}

std::string cut_to_kept(std::string text, const SecretMasker& masker) {
    if (text.size() > kept_output_bytes) {
        text.resize(masker.safe_cut(text, kept_output_bytes));
    }
    return text;
}

/// Standard error is logged after the command has ended. What does not fit in memory waits in a
/// file without a name.
class StderrStore {
public:
    void append(std::string_view chunk) {
        const std::size_t before = kept_.size();
        append_bounded(kept_, chunk);
        chunk.remove_prefix(kept_.size() - before);
        if (!chunk.empty()) {
            store(chunk);
        }
    }

    std::string kept(const SecretMasker& masker) const { return cut_to_kept(kept_, masker); }

    void write_to(RunLog& log) {
        bool first = true;
        LineSplitter lines(log.masker(), [&](std::string_view line) {
            log.output(first ? stderr_prefix : std::string_view{}, line);
            first = false;
        });
        lines.feed(kept_);
        if (file_) {
            ::lseek(file_.get(), 0, SEEK_SET);
            char block[64 * 1024];
            for (ssize_t got; (got = ::read(file_.get(), block, sizeof block)) > 0;) {
                lines.feed({block, static_cast<std::size_t>(got)});
            }
        }
        lines.finish();
    }

private:
    void store(std::string_view chunk) {
        try {
            if (!file_) {
                file_ = make_scratch_file();
            }
            base::write_all(file_.get(), chunk);
        } catch (const base::Error&) {
            base::throw_with_context("keep standard error until the command ends");
        }
    }

    std::string kept_;
    base::Fd file_;
};

std::string without_trailing_newlines(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        if (text.back() == '\r') {
            text.pop_back();
            continue;
        }
        text.pop_back();
    }
    return text;
}

/// Go's wording: "exit status 3", "signal: killed".
std::string describe(const base::ExitStatus& status) {
    if (status.exit_code) {
        return "exit status " + std::to_string(*status.exit_code);
    }
    std::string name = ::strsignal(status.signal.value_or(0));
    name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
    return "signal: " + name;
}

}  // namespace

ModuleResult run_logged_command(const base::Command& command, ModuleContext& context) {
    std::string output;
    StderrStore errors;
    LineSplitter lines(context.log.masker(),
                       [&](std::string_view line) { context.log.output(stdout_prefix, line); });
    CommandEvents events;
    events.on_stdout = [&](std::string_view chunk) {
        append_bounded(output, chunk);
        if (!context.quiet) {
            lines.feed(chunk);
        }
    };
    events.on_stderr = [&](std::string_view chunk) { errors.append(chunk); };
    events.on_idle = [&] { context.log.flush(); };
    const CommandEnd end = run_command(command, context.deadline, context.stop, events);
    output = cut_to_kept(std::move(output), context.log.masker());
    if (!context.quiet) {
        lines.finish();
        errors.write_to(context.log);
    }
    const bool success = !end.timed_out && !end.stopped && end.status.success();
    const bool reboot = !end.timed_out && !end.stopped && end.status.exit_code == reboot_exit_code;
    context.info(success || reboot ? "CmdExecution: Command execution completed successfully"
                                   : "CmdExecution: Command execution has resulted in an error");
    if (end.status.exit_code) {
        context.info("CmdExecution: ExitCode " + std::to_string(*end.status.exit_code));
    }
    if (end.stopped) {
        throw RunStopped();
    }
    if (end.timed_out) {
        throw StepTimedOut("the step ran out of time", errors.kept(context.log.masker()));
    }
    if (reboot) {
        return {ModuleOutcome::repeat_after_reboot, {}};
    }
    if (!success) {
        throw StepFailure(describe(end.status), errors.kept(context.log.masker()));
    }
    return {ModuleOutcome::done, {{"stdout", {without_trailing_newlines(std::move(output))}}}};
}

}  // namespace goldsmith::guest
