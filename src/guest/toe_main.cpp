// toe: runs component documents inside an instance, and serves the guest protocol there.
#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "documents/component_schema.h"
#include "guest/agent_main.h"
#include "guest/awaken.h"
#include "guest/json_text.h"
#include "guest/toe_commands.h"

namespace {

constexpr const char* usage =
    "usage: toe run --documents FILE[,FILE...] [options]    run component documents\n"
    "       toe validate --documents FILE[,FILE...]         check them without running\n"
    "       toe schema                                      print a JSON Schema of documents\n"
    "       toe agent --connect PATH                        serve the guest protocol\n"
    "       toe --version\n"
    "\n"
    "`toe run --help` and `toe validate --help` list the options.\n";

std::string own_path(const char* argv0) {
    std::error_code failed;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? std::string(argv0) : path.string();
}

/// A stream that is closed would lend its number to the next file that is opened, a log perhaps,
/// and what is printed would end up there.
void open_missing_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0) {
            ::open("/dev/null", O_RDWR);  // takes the lowest free number, which is this one
        }
    }
}

int dispatch(const std::vector<std::string>& arguments, const std::string& program) {
    const std::string command = arguments.empty() ? "" : arguments.front();
    const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                        arguments.end());
    if (command == "run") {
        return goldsmith::guest::toe_run(rest, program);
    }
    if (command == "validate") {
        return goldsmith::guest::toe_validate(rest);
    }
    if (command == "schema") {
        std::cout << goldsmith::guest::pretty_json(goldsmith::documents::component_schema());
        return 0;
    }
    if (command == "agent") {
        return goldsmith::guest::agent_main(rest, program);
    }
    if (command == "awaken") {
        return goldsmith::guest::awaken(rest);
    }
    if (command == "--version" || command == "-v") {
        std::cout << goldsmith::guest::toe_version << std::endl;
        return 0;
    }
    const bool asked = command == "--help" || command == "-h" || command == "help";
    std::cerr << (asked || command.empty() ? "" : "toe: unknown command '" + command + "'\n")
              << usage;
    return asked ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    open_missing_streams();
    try {
        return dispatch(std::vector<std::string>(argv + 1, argv + argc), own_path(argv[0]));
    } catch (const std::exception& error) {
        std::cerr << "toe: " << error.what() << std::endl;
        return 1;
    }
}
