#include "instances/container/nspawn_command.h"

#include "instances/instance.h"

namespace goldsmith::instances {

namespace {

/// Units that cannot work in a container, wait for what does not come, or would disturb the work:
/// clean boot time and a package database that nobody else locks.
constexpr const char* kMaskedUnits[] = {
    "systemd-remount-fs.service",            // the root is mounted as it has to be
    "systemd-networkd-wait-online.service",  // the network is there before the guest starts
    "NetworkManager-wait-online.service",
    "cloud-init-local.service",  // there is no metadata service to ask
    "cloud-init.service",
    "cloud-config.service",
    "cloud-final.service",
    "apt-daily.timer",  // would take apt's lock in the middle of a step
    "apt-daily-upgrade.timer",
    "unattended-upgrades.service",
    "dnf-makecache.timer",
    "fstrim.timer",
    "e2scrub_reap.service",
    "console-getty.service",
    "systemd-firstboot.service",
    "systemd-growfs-root.service",
};

std::string bind_option(const ReadOnlyBind& bind) {
    std::string text = "--bind-ro=";
    for (const std::string& path : {bind.host.string(), std::string(":"), bind.guest}) {
        if (path == ":") {
            text += path;
            continue;
        }
        for (const char c : path) {
            if (c == ':' || c == '\\') {
                text.push_back('\\');
            }
            text.push_back(c);
        }
    }
    return text;
}

}  // namespace

base::Command nspawn_command(const NspawnSettings& settings) {
    base::Command command;
    command.program = "unshare";
    command.arguments = {"--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc",
                         "systemd-nspawn", "--quiet", "--directory=" + settings.root.string(),
                         "--machine=" + settings.machine, "--uuid=" + settings.machine_id,
                         "--register=no", "--keep-unit",
                         "--network-namespace-path=" + settings.network_namespace.string(),
                         "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                         // A disk that is not kept is worth nothing after a crash; it is flushed
                         // when it is unmounted.
                         settings.keeps_disk ? "--suppress-sync=no" : "--suppress-sync=yes",
                         "--console=read-only", "--setenv=SYSTEMD_COLORS=0"};
    if (!settings.may_make_devices) {
        command.arguments.push_back("--drop-capability=CAP_MKNOD");
    }
    for (const ReadOnlyBind& bind : settings.binds) {
        command.arguments.push_back(bind_option(bind));
    }
    command.arguments.push_back("--boot");
    command.arguments.push_back(std::string("systemd.wants=") + kAgentUnit);
    for (const char* unit : kMaskedUnits) {
        command.arguments.push_back(std::string("systemd.mask=") + unit);
    }
    // As process 1 of its namespace it would otherwise log to the kernel.
    command.environment["SYSTEMD_LOG_TARGET"] = "console";
    return command;
}

std::string agent_unit() {
    return std::string(
               "[Unit]\n"
               "Description=Goldsmith guest agent\n"
               "DefaultDependencies=no\n"
               // Ready means booted: see docs/formats/guest-protocol.md.
               "After=multi-user.target\n"
               "Conflicts=shutdown.target\n"
               "Before=shutdown.target\n"
               "StartLimitIntervalSec=0\n"
               "\n"
               "[Service]\n"
               "ExecStart=") +
           kAgentProgram + " agent --connect " + kAgentDirectory +
           "/agent.sock\n"
           "Restart=always\n"
           "RestartSec=200ms\n"
           "TimeoutStopSec=5s\n"
           "TasksMax=infinity\n"
           "StandardOutput=null\n"
           "StandardError=journal\n";
}

}  // namespace goldsmith::instances
