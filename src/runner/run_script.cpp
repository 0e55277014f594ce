// run_script: a shell script in the guest, as Systems Manager's AWS-RunShellScript runs one.
#include <algorithm>
#include <chrono>

#include "base/encoding.h"
#include "runner/commands.h"

namespace goldsmith::runner {

namespace {

using namespace std::chrono_literals;

/// On the guest's memory file system: nothing of it is on the disk.
constexpr const char* kFolder = "/run/goldsmith-documents/scripts";
constexpr auto kShort = 60s;
constexpr int kRebootRequested = 194;
/// As the agent that this takes the place of limits it.
constexpr int kMostReboots = 15;

/// The beginning of a stream; the rest is read and dropped, so that the script goes on.
class Beginning {
public:
    explicit Beginning(std::int64_t most_bytes)
        : room_(static_cast<std::size_t>(std::max<std::int64_t>(most_bytes, 0))) {}

    void add(std::string_view chunk) {
        const std::size_t taken = std::min(chunk.size(), room_ - text_.size());
        text_ += chunk.substr(0, taken);
        is_cut_ = is_cut_ || taken < chunk.size();
    }
    const std::string& text() const { return text_; }
    bool is_cut() const { return is_cut_; }

private:
    std::size_t room_;
    std::string text_;
    bool is_cut_ = false;
};

class Script {
public:
    Script(CommandContext& context, const api::runner::RunScript& request, const std::string& id)
        : context_(context),
          request_(request),
          path_(std::string(kFolder) + "/" + id + ".sh"),
          output_(request.most_output_bytes),
          errors_(request.most_error_bytes) {}

    /// Also when it throws, result() says what was printed until then.
    void run() {
        guest::Exited exited = once();
        for (int reboots = 0; exited.exit_code == kRebootRequested && reboots < kMostReboots;
             ++reboots) {
            context_.instance.reboot(
                std::min<guest::Deadline>(context_.deadline,
                                          std::chrono::steady_clock::now() + kBootLimit),
                context_.stop);
            exited = once();
        }
        // As a shell says it of a program that a signal ended.
        result_.exit_code = exited.signal != 0 ? 128 + exited.signal : exited.exit_code;
    }

    api::runner::ScriptResult result() const {
        api::runner::ScriptResult result = result_;
        result.output = as_utf8(output_.text());
        result.errors = as_utf8(errors_.text());
        result.output_cut = output_.is_cut();
        result.errors_cut = errors_.is_cut();
        return result;
    }

private:
    guest::Exited once() {
        context_.instance.guest().put_file(
            path_, request_.script, 0700,
            std::min<guest::Deadline>(context_.deadline,
                                      std::chrono::steady_clock::now() + kShort));
        guest::ExecRequest request;
        request.argv = {"sh", path_};
        request.cwd = request_.working_directory.value_or("/root");
        request.env = guest_environment(context_.spec);
        if (request_.environment) {
            for (const auto& [name, value] : *request_.environment) {
                request.env.push_back(name + "=" + value);
            }
        }
        guest::ExecOptions options;
        options.deadline = context_.deadline;
        options.stop = context_.stop;
        options.on_output = [this](std::string_view chunk, bool is_error) {
            (is_error ? errors_ : output_).add(chunk);
        };
        return context_.instance.guest().exec(request, options);
    }

    CommandContext& context_;
    const api::runner::RunScript& request_;
    std::string path_;
    Beginning output_;
    Beginning errors_;
    api::runner::ScriptResult result_;
};

}  // namespace

std::string as_utf8(std::string_view bytes) {
    constexpr std::size_t longest = 4;
    std::string text;
    while (!bytes.empty()) {
        std::size_t length = 1;
        while (length <= std::min(longest, bytes.size()) &&
               !base::is_utf8(bytes.substr(0, length))) {
            ++length;
        }
        const bool valid = length <= std::min(longest, bytes.size());
        text += valid ? bytes.substr(0, length) : std::string_view("\xEF\xBF\xBD");
        bytes.remove_prefix(valid ? length : 1);
    }
    return text;
}

void run_script(CommandContext& context, const api::runner::Command& command,
                api::runner::CommandResult& result) {
    Script script(context, *command.run_script, command.id);
    try {
        script.run();
    } catch (...) {
        result.script = script.result();
        throw;
    }
    result.script = script.result();
}

}  // namespace goldsmith::runner
