#include "guest/agent_main.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "base/files.h"
#include "guest/agent.h"
#include "guest/unix_socket.h"

namespace goldsmith::guest {

namespace {

constexpr const char* kUsage = "usage: toe agent --connect PATH | --listen PATH | --fd NUMBER\n";
/// The host may not listen yet, or have gone for a moment.
constexpr std::chrono::milliseconds kConnectAgain{200};

void serve(base::Fd stream, const std::string& name) {
    try {
        AgentOptions options;
        options.name = name;
        Agent(std::move(stream), std::move(options)).serve();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "toe agent: %s\n", error.what());
    }
}

base::Fd open_stream(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && S_ISCHR(facts.st_mode)) {
        return base::open_file(path, O_RDWR | O_NOCTTY);
    }
    return connect_unix(path);
}

[[noreturn]] void connect_for_ever(const std::string& path, const std::string& name) {
    std::string last_error;
    for (;;) {
        try {
            serve(open_stream(path), name);
            last_error.clear();
        } catch (const std::exception& error) {
            if (last_error != error.what()) {
                last_error = error.what();
                std::fprintf(stderr, "toe agent: %s\n", error.what());
            }
        }
        std::this_thread::sleep_for(kConnectAgain);
    }
}

[[noreturn]] void listen_for_ever(const std::string& path, const std::string& name) {
    const base::Fd listener = listen_unix(path);
    for (;;) {
        serve(accept_unix(listener.get()), name);
    }
}

}  // namespace

int agent_main(const std::vector<std::string>& arguments, const std::string& program_name) {
    if (arguments.size() != 2) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    try {
        if (arguments[0] == "--connect") {
            connect_for_ever(arguments[1], program_name);
        }
        if (arguments[0] == "--listen") {
            listen_for_ever(arguments[1], program_name);
        }
        if (arguments[0] == "--fd") {
            serve(base::Fd(std::stoi(arguments[1])), program_name);
            return 0;
        }
    } catch (const std::logic_error&) {
        // The number was none: say how it is used.
    } catch (const std::exception& error) {
        std::fprintf(stderr, "toe agent: %s\n", error.what());
        return 1;
    }
    std::fputs(kUsage, stderr);
    return 2;
}

}  // namespace goldsmith::guest
