#include "catalogue/entry.h"

#include <algorithm>
#include <iterator>

namespace goldsmith::catalogue {
namespace {

// What a cloud image of Debian holds: it boots anywhere virtio is spoken, gets its address by DHCP
// and its user from cloud-init. apt pulls in the rest.
std::vector<std::string> debian_packages() {
    return {
        // Boots: the kernel for virtual machines, and GRUB for BIOS and for UEFI with Secure Boot.
        "linux-image-cloud-amd64",
        "grub2-common",
        "grub-pc-bin",
        "grub-efi-amd64-bin",
        "grub-efi-amd64-signed",
        "shim-signed",
        "zstd",  // compresses the initial RAM disk, faster to make and to load than gzip
        // Runs.
        "systemd",
        "systemd-sysv",
        "systemd-timesyncd",
        "libpam-systemd",
        "udev",
        "dbus",
        "kmod",
        "procps",
        "tzdata",
        // Talks.
        "systemd-resolved",
        "libnss-resolve",
        "netbase",
        "iproute2",
        "iputils-ping",
        "ca-certificates",
        "curl",
        // Is set up by whoever starts it.
        "cloud-init",
        "cloud-guest-utils",
        "openssh-server",
        "sudo",
        // Is looked after by hand.
        "dosfstools",
        "e2fsprogs",
        "fdisk",
        "less",
        "vim-tiny",
    };
}

CatalogueEntry debian_12_x86() {
    CatalogueEntry entry;
    entry.name = "debian-12-x86";
    entry.alias = "debian-12";
    entry.title = "Debian GNU/Linux 12 (bookworm)";
    entry.os_name = "Debian";
    entry.os_version = "12";
    entry.codename = "bookworm";
    entry.debian_architecture = "amd64";
    entry.ec2_architecture = "x86_64";
    entry.components = {"main"};
    entry.packages = debian_packages();
    entry.disk_mib = 8 * 1024;
    entry.default_host_name = "debian";
    return entry;
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
    static const std::vector<CatalogueEntry> entries = [] {
        std::vector<CatalogueEntry> all{debian_12_x86()};
        std::ranges::move(cloud_entries(), std::back_inserter(all));
        return all;
    }();
    return entries;
}

std::optional<CatalogueEntry> find_entry(std::string_view name_or_alias) {
    for (const auto& entry : catalogue()) {
        if (entry.name == name_or_alias || entry.alias == name_or_alias)
            return entry;
    }
    return std::nullopt;
}

}  // namespace goldsmith::catalogue
