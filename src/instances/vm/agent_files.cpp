#include "instances/vm/agent_files.h"

#include "base/encoding.h"
#include "instances/instance.h"

namespace goldsmith::instances {

namespace {

constexpr const char* kUnitName = "goldsmith-agent.service";

/// Debian mounts /run so that nothing in it can be executed; the agent, and what the runner has
/// executed, get memory file systems of their own there.
std::string make_folders() {
    std::string text;
    for (const std::string folder : {kAgentDirectory, "/run/goldsmith-documents"}) {
        text += "grep -q \" " + folder + " \" /proc/mounts || { mkdir -p " + folder +
                " && mount -t tmpfs -o mode=0755,nosuid,nodev goldsmith " + folder + "; }; ";
    }
    return text;
}

/// Mounts the seed disk for a moment. The copy has its final name only when it is complete, so that
/// a start that was interrupted is simply repeated. Only this first start names a host that has no
/// name of its own: a machine that goes on from a saved one has another name then.
std::string fetch_agent(const std::string& host_name) {
    const std::string folder = kAgentDirectory;
    const std::string seed = folder + "/seed";
    const std::string device = std::string("/dev/disk/by-id/virtio-") + kSeedSerial;
    return make_folders() + "test -x " + kAgentProgram + " || { test -s /etc/hostname || echo " +
           host_name + " > /proc/sys/kernel/hostname; mkdir -p " + seed +
           " && mount -t vfat -o ro " + device + " " + seed + " && cp " + seed + "/toe " + folder +
           "/toe.new && umount " + seed + " && rmdir " + seed + " && chmod 755 " + folder +
           "/toe.new && mv " + folder + "/toe.new " + kAgentProgram + "; }";
}

std::string udev_rule() {
    return std::string("SUBSYSTEM==\"virtio-ports\", ATTR{name}==\"") + kAgentPort +
           "\", TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"" + kUnitName + "\"\n";
}

std::string tmpfiles_line(const std::string& path, const std::string& content) {
    return "f+~ " + path + " 0644 root root - " + base::base64_encode(content) + "\n";
}

}  // namespace

std::string vm_agent_unit(const std::string& host_name) {
    return "[Unit]\n"
           "Description=Goldsmith guest agent\n"
           "DefaultDependencies=no\n"
           // Ready means booted: see docs/formats/guest-protocol.md.
           "After=multi-user.target\n"
           "Conflicts=shutdown.target\n"
           "Before=shutdown.target\n"
           "StartLimitIntervalSec=0\n"
           "\n"
           "[Service]\n"
           "ExecStartPre=/bin/sh -c '" +
           fetch_agent(host_name) +
           "'\n"
           "ExecStart=" +
           kAgentProgram + " agent --connect /dev/virtio-ports/" + kAgentPort +
           "\n"
           "Restart=always\n"
           "RestartSec=200ms\n"
           "TimeoutStopSec=5s\n"
           "TasksMax=infinity\n"
           "StandardOutput=null\n"
           "StandardError=journal\n";
}

std::string agent_credential(const std::string& host_name) {
    const std::string lines =
        tmpfiles_line(std::string("/run/systemd/system/") + kUnitName, vm_agent_unit(host_name)) +
        tmpfiles_line("/run/udev/rules.d/99-goldsmith-agent.rules", udev_rule());
    return "io.systemd.credential.binary:tmpfiles.extra=" + base::base64_encode(lines);
}

CloudInitFiles cloud_init_files(const std::string& instance_id, bool grow_root) {
    CloudInitFiles files;
    // The image's own modules are for its users' machines: here they would make accounts, keys and
    // host names that belong to nobody, and cost time.
    files.user_data = std::string(
                          "#cloud-config\n"
                          "preserve_hostname: true\n"
                          "ssh_deletekeys: false\n"
                          "cloud_init_modules: [bootcmd") +
                      (grow_root ? ", growpart, resizefs" : "") +
                      "]\n"
                      "cloud_config_modules: []\n"
                      "cloud_final_modules: []\n"
                      "bootcmd:\n"
                      "  - [sh, -c, 'mkdir -p /run/goldsmith-seed && mount -t vfat -o ro"
                      " LABEL=CIDATA /run/goldsmith-seed && sh /run/goldsmith-seed/start.sh;"
                      " umount /run/goldsmith-seed; rmdir /run/goldsmith-seed']\n";
    // Local: no waiting for a network, and the earliest of cloud-init's stages.
    files.meta_data = "instance-id: " + instance_id + "\ndsmode: local\n";
    files.start_script = std::string("cp /run/goldsmith-seed/agent.service /run/systemd/system/") +
                         kUnitName +
                         "\n"
                         // The later stages have nothing to do.
                         "systemctl mask --runtime --no-reload cloud-init.service"
                         " cloud-config.service cloud-final.service\n"
                         "systemctl start --no-block " +
                         kUnitName + "\n";
    return files;
}

}  // namespace goldsmith::instances
