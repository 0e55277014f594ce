// The managed images that distributions publish themselves: one row each. All of them have
// cloud-init. Where a folder keeps every version, the name is a pattern and the newest is taken.
// Only x86_64, which is what our machines are.
#include "catalogue/entry.h"

namespace goldsmith::catalogue {
namespace {

struct Row {
    const char* name;
    const char* alias;
    const char* title;
    const char* os_name;
    const char* os_version;
    const char* folder;
    const char* digest_list;
    const char* image;
    const char* format;
};

constexpr Row kRows[] = {
    {"debian-13-x86", "debian-13", "Debian GNU/Linux 13 (trixie)", "Debian", "13",
     "https://cloud.debian.org/images/cloud/trixie/latest/", "SHA512SUMS",
     "debian-13-genericcloud-amd64.qcow2", "qcow2"},
    {"ubuntu-server-22-lts-x86", "ubuntu-22.04", "Ubuntu 22.04 LTS", "Ubuntu", "22.04",
     "https://cloud-images.ubuntu.com/releases/22.04/release/", "SHA256SUMS",
     "ubuntu-22.04-server-cloudimg-amd64.img", "qcow2"},
    {"ubuntu-server-24-lts-x86", "ubuntu-24.04", "Ubuntu 24.04 LTS", "Ubuntu", "24.04",
     "https://cloud-images.ubuntu.com/releases/24.04/release/", "SHA256SUMS",
     "ubuntu-24.04-server-cloudimg-amd64.img", "qcow2"},
    {"amazon-linux-2023-x86", "amazon-linux-2023", "Amazon Linux 2023", "Amazon Linux", "2023",
     "https://cdn.amazonlinux.com/al2023/os-images/latest/kvm/", "SHA256SUMS",
     "al2023-kvm-2023.*-x86_64.xfs.gpt.qcow2", "qcow2"},
    {"rocky-linux-9-x86", "rocky-9", "Rocky Linux 9", "Rocky Linux", "9",
     "https://dl.rockylinux.org/pub/rocky/9/images/x86_64/", "CHECKSUM",
     "Rocky-9-GenericCloud-Base-9.*.x86_64.qcow2", "qcow2"},
    {"almalinux-9-x86", "almalinux-9", "AlmaLinux 9", "AlmaLinux", "9",
     "https://repo.almalinux.org/almalinux/9/cloud/x86_64/images/", "CHECKSUM",
     "AlmaLinux-9-GenericCloud-9.*.x86_64.qcow2", "qcow2"},
    {"centos-stream-9-x86", "centos-stream-9", "CentOS Stream 9", "CentOS Stream", "9",
     "https://cloud.centos.org/centos/9-stream/x86_64/images/", "CHECKSUM",
     "CentOS-Stream-GenericCloud-9-20*.x86_64.qcow2", "qcow2"},
    {"fedora-43-x86", "fedora-43", "Fedora Linux 43 (Cloud Edition)", "Fedora Linux", "43",
     "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Cloud/x86_64/images/",
     "Fedora-Cloud-43-1.6-x86_64-CHECKSUM", "Fedora-Cloud-Base-Generic-43-*.x86_64.qcow2", "qcow2"},
    {"alpine-linux-3-x86", "alpine-3", "Alpine Linux 3.22", "Alpine Linux", "3.22",
     "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/", "{name}.sha512",
     "nocloud_alpine-3.22.2-x86_64-bios-cloudinit-r0.qcow2", "qcow2"},
};

}  // namespace

std::vector<CatalogueEntry> cloud_entries() {
    std::vector<CatalogueEntry> entries;
    for (const Row& row : kRows) {
        CatalogueEntry& entry = entries.emplace_back();
        entry.name = row.name;
        entry.alias = row.alias;
        entry.title = row.title;
        entry.os_name = row.os_name;
        entry.os_version = row.os_version;
        entry.ec2_architecture = "x86_64";
        entry.cloud_image = CloudImage{row.folder, row.digest_list, row.image, row.format};
    }
    return entries;
}

}  // namespace goldsmith::catalogue
