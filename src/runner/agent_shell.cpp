#include "runner/agent_shell.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "base/files.h"

namespace goldsmith::runner {

namespace {

/// Nobody is hurried.
constexpr auto kNoLimit = std::chrono::hours(24 * 365);

/// While it lives, a terminal passes on every key and prints what comes as it is.
class RawTerminal {
public:
    explicit RawTerminal(int fd) : fd_(fd) {
        termios settings{};
        if (::isatty(fd) == 1 && ::tcgetattr(fd, &settings) == 0) {
            before_ = settings;
            ::cfmakeraw(&settings);
            ::tcsetattr(fd, TCSADRAIN, &settings);
        }
    }
    ~RawTerminal() {
        if (before_) {
            ::tcsetattr(fd_, TCSADRAIN, &*before_);
        }
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    int fd_;
    std::optional<termios> before_;
};

}  // namespace

std::vector<std::string> login_shell(unsigned short rows, unsigned short columns) {
    const std::string size =
        rows == 0 || columns == 0
            ? ""
            : "stty rows " + std::to_string(rows) + " cols " + std::to_string(columns) + "; ";
    const std::string shell = "command -v bash >/dev/null && exec bash -l; exec sh -l";
    return {"sh", "-c",
            "command -v script >/dev/null && exec script -qefc '" + size + shell + "' /dev/null; " +
                shell};
}

int run_by_agent(guest::GuestClient& guest, const std::vector<std::string>& command) {
    guest::ExecRequest request;
    request.argv = command;
    request.cwd = "/root";
    const char* terminal = std::getenv("TERM");
    request.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "HOME=/root", std::string("TERM=") + (terminal != nullptr ? terminal : "dumb")};
    std::optional<RawTerminal> raw;
    if (command.empty()) {
        winsize size{};
        ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
        request.argv = login_shell(size.ws_row, size.ws_col);
        raw.emplace(STDIN_FILENO);
    }
    guest::ExecOptions options;
    options.deadline = std::chrono::steady_clock::now() + kNoLimit;
    options.stdin_fd = STDIN_FILENO;
    options.on_output = [](std::string_view chunk, bool is_stderr) {
        base::write_all(is_stderr ? STDERR_FILENO : STDOUT_FILENO, chunk);
    };
    const guest::Exited exited = guest.exec(request, options);
    return exited.signal != 0 ? 128 + exited.signal : exited.exit_code;
}

}  // namespace goldsmith::runner
