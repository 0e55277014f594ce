// goldsmith doctor: what this host can do, found by trying, and how to mend what it cannot.
#include <sys/statvfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/files.h"
#include "base/kvm_probe.h"
#include "base/process.h"
#include "cli/command_line.h"
#include "cli/server_options.h"

namespace goldsmith::cli {

namespace {

struct Finding {
    enum class Grade { good, limited, missing };
    Grade grade;
    std::string what;
    std::string detail;
};

using Grade = Finding::Grade;

struct Need {
    const char* program;
    const char* package;
    const char* purpose;
};

constexpr Need container_needs[] = {
    {"systemd-nspawn", "systemd-container", "boots build instances"},
    {"slirp4netns", "slirp4netns", "gives them a network"},
    {"nft", "nftables", "filters what they reach"},
    {"qemu-img", "qemu-utils", "makes their disks"},
    {"qemu-storage-daemon", "qemu-utils", "shows their disks as files"},
};

constexpr Need image_needs[] = {
    {"mmdebstrap", "mmdebstrap", "installs base images"},
    {"mkfs.fat", "dosfstools", "makes the EFI partition of base images"},
    {"mcopy", "mtools", "fills the EFI partition of base images"},
    {"mke2fs", "e2fsprogs", "makes the root file system of base images"},
    {"sfdisk", "fdisk", "partitions base images"},
    {"grub-mkimage", "grub-common", "makes base images boot"},
    {"bwrap", "bubblewrap", "keeps programs apart that read imported disk images"},
    {"grub-fstest", "grub-common", "looks into imported disk images"},
};

template <std::size_t count>
void check_programs(const Need (&needs)[count], std::vector<Finding>& findings) {
    for (const Need& need : needs) {
        const auto path = base::find_program(need.program);
        if (path) {
            findings.push_back({Grade::good, need.program, *path});
        } else {
            findings.push_back({Grade::missing, need.program,
                                std::string(need.purpose) + "; apt-get install " + need.package});
        }
    }
}

Finding check_root() {
    if (::geteuid() == 0) {
        return {Grade::good, "root", "container instances can be started"};
    }
    return {Grade::missing, "root",
            "container instances and base images need root; run the server as root"};
}

Finding check_device(const char* path, const char* purpose, const char* advice) {
    if (::access(path, R_OK | W_OK) == 0) {
        return {Grade::good, path, purpose};
    }
    return {Grade::missing, path, std::string(purpose) + "; " + advice};
}

Finding check_qemu() {
    if (const auto path = base::find_program("qemu-system-x86_64")) {
        return {Grade::good, "qemu-system-x86_64", *path};
    }
    return {Grade::limited, "qemu-system-x86_64",
            "boots build instances as virtual machines; apt-get install qemu-system-x86"};
}

Finding check_namespaces() {
    const base::ProcessResult result =
        base::run({"unshare", {"--mount", "--net", "--pid", "--fork", "true"}, {}, false, {}});
    if (result.status.success()) {
        return {Grade::good, "namespaces", "mount, network and process namespaces can be made"};
    }
    return {Grade::missing, "namespaces", "cannot be made: " + result.stderr_text.substr(0, 120)};
}

Finding check_cgroups() {
    if (base::read_file_if_exists("/sys/fs/cgroup/cgroup.controllers")) {
        return {Grade::good, "cgroups", "version 2: instances get their type's CPUs and memory"};
    }
    if (std::filesystem::exists("/sys/fs/cgroup/memory")) {
        return {Grade::good, "cgroups", "version 1: instances get their type's CPUs and memory"};
    }
    return {Grade::limited, "cgroups", "not mounted: instance types limit nothing"};
}

Finding check_space(const base::Path& folder) {
    base::Path existing = folder;
    while (!existing.empty() && !std::filesystem::exists(existing)) {
        existing = existing.parent_path();
    }
    struct statvfs info {};
    if (::statvfs(existing.c_str(), &info) != 0) {
        return {Grade::limited, "space", "cannot look at " + existing.string()};
    }
    const auto free =
        base::ByteSize::bytes(static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize);
    const bool enough = free > base::ByteSize::gib(5);
    return {enough ? Grade::good : Grade::limited, "space",
            free.describe() + " free in " + existing.string() +
                (enough ? "" : "; a base image and a build want about 5 GiB")};
}

const char* mark_of(Grade grade) {
    switch (grade) {
        case Grade::good:
            return "ok     ";
        case Grade::limited:
            return "limited";
        case Grade::missing:
            return "MISSING";
    }
    return "";
}

int doctor(const ServerOptions& options) {
    std::vector<Finding> findings;
    findings.push_back(check_root());
    findings.push_back(check_device("/dev/fuse", "disks of instances", "load the module fuse"));
    findings.push_back(
        check_device("/dev/loop-control", "disks of instances", "load the module loop"));
    findings.push_back(check_namespaces());
    findings.push_back(check_cgroups());
    check_programs(container_needs, findings);
    check_programs(image_needs, findings);
    findings.push_back(check_qemu());
    const base::KvmProbe kvm = base::probe_kvm();
    findings.push_back({kvm.works ? Grade::good : Grade::limited, "KVM", kvm.finding});
    findings.push_back(check_space(options.config().data_directory));
    bool can_build = true;
    for (const Finding& finding : findings) {
        std::printf("%s  %-20s %s\n", mark_of(finding.grade), finding.what.c_str(),
                    finding.detail.c_str());
        can_build = can_build && finding.grade != Grade::missing;
    }
    std::printf("\n%s\n", can_build
                              ? "This host can build images."
                              : "This host cannot build images until what is MISSING is there.");
    return can_build ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
    auto options = std::make_shared<ServerOptions>();
    CLI::App* command =
        app.add_subcommand("doctor", "Say what this host can do, and how to fix it");
    options->add_to(*command);
    command->callback([options, &run] { run = [options] { return doctor(*options); }; });
}

}  // namespace goldsmith::cli
