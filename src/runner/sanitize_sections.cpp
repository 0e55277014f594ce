#include "runner/sanitize_script.h"

namespace goldsmith::runner {
namespace {

// The first six are EC2 Image Builder's sections and keep its skip files; where this list is longer
// than that service's, it is so that nothing of the build machine is left (docs/sanitize.md).

SanitizeSection cloud_init() {
    return {
        "cloud-init",
        "skip_cleanup_cloudinit_files",
        {{Removal::remove,
          {"/etc/sudoers.d/90-cloud-init-users", "/etc/locale.conf", "/var/log/cloud-init.log",
           "/var/log/cloud-init-output.log", "/var/lib/cloud/*", "/etc/netplan/50-cloud-init.yaml",
           "/etc/network/interfaces.d/50-cloud-init", "/etc/systemd/network/10-cloud-init-*"}}}};
}

SanitizeSection instance() {
    return {"instance",
            "skip_cleanup_instance_files",
            {{Removal::remove,
              {"/etc/.updated", "/etc/aliases.db", "/etc/hostname",
               "/var/lib/misc/postfix.aliasesdb-stamp", "/var/lib/postfix/master.lock",
               "/var/spool/postfix/pid/master.pid", "/var/.updated",
               "/var/cache/yum/x86_64/2/.gpgkeyschecked.yum"}}}};
}

SanitizeSection ssh() {
    return {"ssh",
            "skip_cleanup_ssh_files",
            {{Removal::shred,
              {"/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub",
               "/root/.ssh/authorized_keys", "/home/*/.ssh/authorized_keys"}}}};
}

SanitizeSection instance_logs() {
    return {"instance logs",
            "skip_cleanup_instance_log_files",
            {{Removal::remove,
              {"/var/log/audit/audit.log", "/var/log/boot.log", "/var/log/dmesg", "/var/log/cron",
               "/var/log/journal/*", "/var/log/*.gz", "/var/log/*/*.gz", "/var/log/*.[0-9]",
               "/var/log/*/*.[0-9]", "/var/log/*.old"}},
             {Removal::truncate, {"/var/log"}}}};
}

SanitizeSection executor() {
    return {"executor",
            "skip_cleanup_toe_files",
            {{Removal::remove,
              {"@WORK@/TOE_*", "@WORK@/imagebuilder_service", "/var/lib/amazon/toe",
               "/var/lib/goldsmith", "/var/log/goldsmith"}}}};
}

SanitizeSection agent_logs() {
    return {
        "agent logs", "skip_cleanup_ssm_log_files", {{Removal::remove, {"/var/log/amazon/ssm"}}}};
}

SanitizeSection packages() {
    return {"package caches",
            "skip_cleanup_package_files",
            {{Removal::remove,
              {"/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/partial/*",
               "/var/cache/apt/*.bin", "/var/lib/apt/lists/*", "/var/cache/dnf/*",
               "/var/cache/yum/*", "/var/cache/zypp/*", "/var/cache/apk/*",
               "/var/cache/pacman/pkg/*", "/var/cache/debconf/*-old", "/var/lib/dpkg/*-old"}}}};
}

SanitizeSection histories() {
    return {"histories",
            "skip_cleanup_history_files",
            {{Removal::shred,
              {"/root/.bash_history", "/root/.ash_history", "/root/.sh_history",
               "/root/.zsh_history", "/root/.python_history", "/root/.lesshst", "/root/.viminfo",
               "/root/.wget-hsts", "/home/*/.bash_history", "/home/*/.ash_history",
               "/home/*/.sh_history", "/home/*/.zsh_history", "/home/*/.python_history",
               "/home/*/.lesshst", "/home/*/.viminfo", "/home/*/.wget-hsts"}}}};
}

// A machine that starts from the image makes all of these for itself.
SanitizeSection always() {
    return {"identity and state",
            "",
            {{Removal::remove,
              {"/var/log/sa/sa*",
               "/var/lib/rsyslog/imjournal.state",
               "/var/lib/dhclient/*",
               "/var/lib/dhcp/*",
               "/var/lib/NetworkManager/*.lease",
               "/var/lib/NetworkManager/timestamps",
               "/var/lib/systemd/random-seed",
               "/var/lib/systemd/credential.secret",
               "/var/lib/systemd/timesync/clock",
               "/var/lib/systemd/timers/stamp-*",
               "/boot/efi/loader/random-seed",
               "/var/lib/urandom/random-seed",
               "/etc/.pwd.lock",
               "/etc/passwd-",
               "/etc/group-",
               "/etc/subuid-",
               "/etc/subgid-",
               "/var/tmp/*",
               "/var/tmp/.[!.]*",
               "/tmp/*",
               "/tmp/.[!.]*"}},
             {Removal::shred, {"/etc/shadow-", "/etc/gshadow-"}}}};
}

}  // namespace

const std::vector<SanitizeSection>& sanitize_sections() {
    static const std::vector<SanitizeSection> sections{cloud_init(),    instance(),  ssh(),
                                                       instance_logs(), executor(),  agent_logs(),
                                                       packages(),      histories(), always()};
    return sections;
}

}  // namespace goldsmith::runner
