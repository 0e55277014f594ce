#include "instances/container/network.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr auto kReadyLimit = 15s;

/// A namespace is made by entering it, which only a thread that ends afterwards should do.
base::Fd make_network_namespace() {
    base::Fd made;
    int error_number = 0;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) == 0) {
            made = base::Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        }
        error_number = made ? 0 : errno;
    }).join();
    if (!made) {
        throw base::SystemError("make a network namespace (are we root?)", error_number);
    }
    return made;
}

}  // namespace

base::Command slirp_command(const base::Path& namespace_path, int ready_fd) {
    base::Command command;
    command.program = "slirp4netns";
    command.arguments = {"--configure",
                         "--mtu=65520",
                         "--disable-host-loopback",
                         "--ready-fd=" + std::to_string(ready_fd),
                         "--netns-type=path",
                         namespace_path.string(),
                         "tap0"};
    return command;
}

InstanceNetwork::InstanceNetwork(const base::Path& work) : path_(work / "network") {
    const base::Fd made = make_network_namespace();
    base::open_file(path_, O_WRONLY | O_CREAT, 0600);
    name_ = bind_mount("/proc/self/fd/" + std::to_string(made.get()), path_);
    base::Pipe ready = base::make_pipe();
    const base::Path messages = work / "network.log";
    const base::Fd log = base::open_file(messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.die_with_parent = true;
    options.keep_fds = {ready.write_end.get()};
    slirp_ = std::make_unique<base::Child>(
        base::spawn(slirp_command(path_, ready.write_end.get()), options));
    ready.write_end.reset();
    pollfd entry{ready.read_end.get(), POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(kReadyLimit).count()));
    if ((entry.revents & POLLIN) == 0) {
        throw base::Error("slirp4netns did not bring up the instance's network: " +
                          base::read_file_if_exists(messages).value_or(""));
    }
}

InstanceNetwork::~InstanceNetwork() {
    if (slirp_) {
        slirp_->end(0ms);
    }
}

}  // namespace goldsmith::instances
