#include "instances/container/guest_files.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "guest/unix_socket.h"
#include "instances/instance.h"
#include "instances/network/filter.h"

namespace goldsmith::instances {

namespace {

void write_small_file(const base::Path& path, const std::string& text) {
    const base::Fd fd = base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    base::write_all(fd.get(), text);
}

/// A file beneath the guest's root, wherever the guest's links lead; nothing when there is none.
base::Fd open_in_guest(const base::Path& root, const char* relative, int flags) {
    try {
        const base::Fd directory = base::open_file(root, O_PATH | O_DIRECTORY);
        return base::open_beneath(directory.get(), relative, flags | O_NOFOLLOW);
    } catch (const base::SystemError&) {
        return {};
    }
}

}  // namespace

GuestFiles::GuestFiles(const base::Path& work, const base::Path& agent_program,
                       const base::Path& root)
    : folder_(work / "guest") {
    base::make_directories(folder_, 0700);
    memory_ = Mount("goldsmith", folder_, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755");
    add_agent(agent_program);
    add_name_server(root);
}

void GuestFiles::add_agent(const base::Path& agent_program) {
    const base::Path agent = folder_ / "agent";
    base::make_directories(agent);
    write_small_file(agent / "toe", "");
    program_ = bind_mount(agent_program, agent / "toe");
    // A path through a descriptor, because a socket's path has little room.
    const base::Fd directory = base::open_file(agent, O_PATH | O_DIRECTORY);
    listener_ =
        guest::listen_unix("/proc/self/fd/" + std::to_string(directory.get()) + "/agent.sock");
    write_small_file(folder_ / kAgentUnit, agent_unit());
    binds_.push_back({agent, kAgentDirectory});
    binds_.push_back({folder_ / kAgentUnit, std::string("/run/systemd/system/") + kAgentUnit});
}

void GuestFiles::add_name_server(const base::Path& root) {
    std::error_code error;
    const base::Path link = std::filesystem::read_symlink(root / "etc/resolv.conf", error);
    if (!error && link.string().find("systemd/resolve/") != std::string::npos) {
        write_small_file(folder_ / "resolved.conf",
                         std::string("[Resolve]\nDNS=") + kNameServer + "\n");
        binds_.push_back(
            {folder_ / "resolved.conf", "/run/systemd/resolved.conf.d/goldsmith.conf"});
        return;
    }
    write_small_file(folder_ / "resolv.conf", std::string("nameserver ") + kNameServer + "\n");
    binds_.push_back({folder_ / "resolv.conf", "/etc/resolv.conf"});
}

GuestTraces::GuestTraces(const base::Path& root) : root_(root) {
    struct stat facts {};
    const base::Fd machine_id = open_in_guest(root_, "etc/machine-id", O_RDONLY);
    had_machine_id_ = static_cast<bool>(machine_id);
    machine_id_was_empty_ =
        machine_id && ::fstat(machine_id.get(), &facts) == 0 && facts.st_size == 0;
    had_resolv_conf_ = ::lstat((root_ / "etc/resolv.conf").c_str(), &facts) == 0;
}

void GuestTraces::restore() const noexcept {
    try {
        if (machine_id_was_empty_) {
            if (const base::Fd file = open_in_guest(root_, "etc/machine-id", O_WRONLY)) {
                [[maybe_unused]] const int done = ::ftruncate(file.get(), 0);
            }
        }
        const base::Fd etc = open_in_guest(root_, "etc", O_PATH | O_DIRECTORY);
        struct stat facts {};
        if (etc && !had_machine_id_ && !machine_id_was_empty_) {
            ::unlinkat(etc.get(), "machine-id", 0);
        }
        if (etc && !had_resolv_conf_ &&
            ::fstatat(etc.get(), "resolv.conf", &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(facts.st_mode) && facts.st_size == 0) {
            ::unlinkat(etc.get(), "resolv.conf", 0);
        }
    } catch (...) {
        // Sanitising deals with machine ids as well; nothing here is worth failing a build for.
    }
}

}  // namespace goldsmith::instances
