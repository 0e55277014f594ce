#include "instances/vm/tpm.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::instances {

namespace {

constexpr const char* kProgram = "swtpm";
constexpr const char* kState = "tpm";

}  // namespace

base::Command tpm_command(const base::Path& work, int fd) {
    return {kProgram,
            {"socket", "--tpm2", "--tpmstate", "dir=" + (work / kState).string() + ",mode=0600",
             "--ctrl", "type=unixio,clientfd=" + std::to_string(fd), "--flags", "startup-clear",
             "--terminate"},
            {},
            false,
            {}};
}

Tpm::Tpm(const base::Path& work) {
    if (const auto reason = unavailable()) {
        throw base::Error(*reason);
    }
    base::make_directories(work / kState, 0700);
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        throw base::SystemError("make a pair of sockets");
    }
    qemu_end_ = base::Fd(ends[0]);
    const base::Fd theirs(ends[1]);
    const base::Fd log = base::open_file(work / "tpm.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.die_with_parent = true;
    options.keep_fds = {theirs.get()};
    program_ = std::make_unique<base::Child>(base::spawn(tpm_command(work, theirs.get()), options));
}

std::optional<std::string> Tpm::unavailable() {
    if (!base::find_program(kProgram)) {
        return "a machine with a TPM needs swtpm (Debian package swtpm)";
    }
    return std::nullopt;
}

}  // namespace goldsmith::instances
