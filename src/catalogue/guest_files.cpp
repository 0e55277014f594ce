#include "catalogue/guest_files.h"

namespace goldsmith::catalogue {
namespace {

constexpr const char* kConsoles = "console=tty0 console=ttyS0,115200n8";

GuestFile fstab(const DiskLayout& layout) {
    return {"etc/fstab", "UUID=" + layout.identity.root_uuid +
                             " / ext4 rw,errors=remount-ro,x-systemd.growfs 0 1\nUUID=" +
                             fat_uuid(layout.identity) + " /boot/efi vfat umask=0077,nofail 0 0\n"};
}

// Debian keeps /vmlinuz and /initrd.img on the newest kernel, so this entry stays right across
// kernel updates even where update-grub does not run (Debian skips it in containers). Running
// update-grub on the booted machine replaces the file with the usual one.
GuestFile grub_config(const DiskLayout& layout) {
    const auto& root = layout.identity.root_uuid;
    return {"boot/grub/grub.cfg",
            "set timeout=0\n"
            "serial --speed=115200\n"
            "terminal_input console serial\n"
            "terminal_output console serial\n"
            "search --no-floppy --fs-uuid --set=root " +
                root +
                "\n"
                "menuentry 'Debian GNU/Linux' {\n"
                "    linux /vmlinuz root=UUID=" +
                root + " ro " + kConsoles +
                "\n"
                "    initrd /initrd.img\n"
                "}\n"};
}

GuestFile grub_defaults() {
    return {"etc/default/grub", std::string("# Read by update-grub.\n"
                                            "GRUB_DEFAULT=0\n"
                                            "GRUB_TIMEOUT=0\n"
                                            "GRUB_DISTRIBUTOR=Debian\n"
                                            "GRUB_CMDLINE_LINUX_DEFAULT=\"\"\n"
                                            "GRUB_CMDLINE_LINUX=\"") +
                                    kConsoles +
                                    "\"\n"
                                    "GRUB_TERMINAL=\"console serial\"\n"
                                    "GRUB_SERIAL_COMMAND=\"serial --speed=115200\"\n"};
}

GuestFile hosts(const std::string& name) {
    return {"etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" + name +
                             "\n::1\tlocalhost ip6-localhost ip6-loopback\n"
                             "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"};
}

GuestFile network() {
    return {"etc/systemd/network/80-dhcp.network",
            "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n\n[DHCPv4]\nUseDomains=yes\n"};
}

GuestFile wait_online() {
    return {
        "etc/systemd/system/systemd-networkd-wait-online.service.d/10-any.conf",
        "# One configured interface is enough. A machine that was given its default route from\n"
        "# outside (a container whose manager set up the network) is online already; a container\n"
        "# without any interface never will be, and none appears later.\n"
        "[Service]\n"
        "ExecCondition=/bin/sh -c 'test -z \"$(ip route show default)\"'\n"
        "ExecCondition=/bin/sh -c '! systemd-detect-virt --quiet --container"
        " || test \"$(ls /sys/class/net)\" != lo'\n"
        "ExecStart=\n"
        "ExecStart=/lib/systemd/systemd-networkd-wait-online --any --timeout=60\n"};
}

GuestFile remount() {
    return {"etc/systemd/system/systemd-remount-fs.service.d/10-not-in-container.conf",
            "# In a container the root belongs to the container's manager, and the device that\n"
            "# fstab names is not there.\n"
            "[Unit]\n"
            "ConditionVirtualization=!container\n"};
}

GuestFile cloud_init_host_keys() {
    return {"etc/cloud/cloud.cfg.d/10-host-keys.cfg",
            "# The kinds that ssh.service makes without cloud-init; others take long on small "
            "machines.\n"
            "ssh_genkeytypes: [ed25519, ecdsa]\n"};
}

GuestFile host_keys() {
    return {"etc/systemd/system/ssh.service.d/10-host-keys.conf",
            "# Host keys belong to a machine, not to an image: the first start makes them.\n"
            "[Service]\n"
            "ExecStartPre=\n"
            "ExecStartPre=/bin/sh -c 'for t in ed25519 ecdsa; do"
            " f=/etc/ssh/ssh_host_$${t}_key;"
            " test -s $f || ssh-keygen -q -t $t -N \"\" -f $f; done'\n"
            "ExecStartPre=/usr/sbin/sshd -t\n"};
}

}  // namespace

std::vector<GuestFile> guest_files(const CatalogueEntry& entry, const DiskLayout& layout,
                                   const std::vector<AptSource>& sources) {
    return {
        fstab(layout),
        grub_config(layout),
        grub_defaults(),
        {"etc/apt/sources.list.d/debian.sources", to_deb822(sources)},
        {"etc/hostname", entry.default_host_name + "\n"},
        hosts(entry.default_host_name),
        {"etc/default/locale", "LANG=C.UTF-8\n"},
        {"etc/machine-id", "", 0444},
        network(),
        wait_online(),
        remount(),
        host_keys(),
        cloud_init_host_keys(),
        // A larger disk: the root partition, which is the last one, takes the room; fstab's
        // x-systemd.growfs lets the file system follow.
        {"etc/repart.d/50-root.conf", "[Partition]\nType=root\n"},
    };
}

std::vector<GuestLink> guest_links() {
    const std::string units = "/lib/systemd/system/";
    const std::string wants = "etc/systemd/system/";
    return {
        {"etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"},
        {"var/lib/dbus/machine-id", "/etc/machine-id"},
        // What `systemctl enable systemd-networkd` makes.
        {wants + "multi-user.target.wants/systemd-networkd.service",
         units + "systemd-networkd.service"},
        {wants + "sockets.target.wants/systemd-networkd.socket", units + "systemd-networkd.socket"},
        {wants + "network-online.target.wants/systemd-networkd-wait-online.service",
         units + "systemd-networkd-wait-online.service"},
        {wants + "dbus-org.freedesktop.network1.service", units + "systemd-networkd.service"},
    };
}

std::vector<std::string> installation_leftovers() {
    return {
        "etc/apt/apt.conf.d/99mmdebstrap",
        "etc/apt/sources.list",
        "etc/apt/sources.list.d/*",
        "etc/.resolv.conf.systemd-resolved.bak",
        "etc/.pwd.lock",
        "etc/passwd-",
        "etc/group-",
        "etc/shadow-",
        "etc/gshadow-",
        "etc/subuid-",
        "etc/subgid-",
        "etc/ssh/ssh_host_*",
        "initrd.img.old",
        "vmlinuz.old",
        "run/*",
        "tmp/*",
        "var/cache/apt/*",
        "var/cache/debconf/config.dat-old",
        "var/cache/debconf/templates.dat-old",
        "var/cache/ldconfig/aux-cache",
        "var/lib/apt/lists/*",
        "var/lib/dpkg/available-old",
        "var/lib/dpkg/diversions-old",
        "var/lib/dpkg/status-old",
        "var/lib/systemd/random-seed",
        "var/log/alternatives.log",
        "var/log/apt/*",
        "var/log/bootstrap.log",
        "var/log/dpkg.log",
        "var/tmp/*",
    };
}

std::string esp_grub_config(const DiskLayout& layout) {
    return bios_grub_config(layout) + "configfile $prefix/grub.cfg\n";
}

std::string bios_grub_config(const DiskLayout& layout) {
    return "search.fs_uuid " + layout.identity.root_uuid + " root\nset prefix=($root)/boot/grub\n";
}

}  // namespace goldsmith::catalogue
