#include "disk_images/sandbox.h"

namespace goldsmith::disk_images {

namespace {

using Arguments = std::vector<std::string>;

void append(Arguments& to, Arguments more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Arguments limits_of(const Sandbox& sandbox) {
    return {"--core=0", "--nofile=256", "--fsize=" + std::to_string(sandbox.largest_file_bytes),
            "--as=" + std::to_string(sandbox.memory_bytes),
            "--cpu=" + std::to_string(sandbox.cpu_time.count())};
}

Arguments namespaces_of(const Sandbox& sandbox) {
    Arguments arguments{"--unshare-ipc",     "--unshare-pid", "--unshare-net", "--unshare-uts",
                        "--die-with-parent", "--new-session", "--cap-drop",    "ALL"};
    if (!sandbox.keeps_owners) {
        // Without it an ordinary user could not make the others.
        append(arguments, {"--unshare-user-try"});
        return arguments;
    }
    for (const char* capability :
         {"CAP_CHOWN", "CAP_FOWNER", "CAP_FSETID", "CAP_DAC_OVERRIDE", "CAP_SETFCAP"}) {
        append(arguments, {"--cap-add", capability});
    }
    return arguments;
}

Arguments mounts_of(const Sandbox& sandbox) {
    Arguments arguments{"--ro-bind", "/usr", "/usr"};
    for (const char* folder : {"/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache",
                               "/etc/alternatives", "/etc/mke2fs.conf"}) {
        append(arguments, {"--ro-bind-try", folder, folder});
    }
    append(arguments, {"--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"});
    for (const Sandbox::Mount& mount : sandbox.mounts) {
        append(arguments,
               {mount.writable ? "--bind" : "--ro-bind", mount.outside.string(), mount.inside});
    }
    return arguments;
}

}  // namespace

base::Command sandboxed(const base::Command& command, const Sandbox& sandbox) {
    base::Command outer;
    outer.program = "prlimit";
    outer.arguments = limits_of(sandbox);
    append(outer.arguments, {"--", "bwrap"});
    append(outer.arguments, namespaces_of(sandbox));
    append(outer.arguments, mounts_of(sandbox));
    append(outer.arguments, {"--chdir", "/", "--", command.program});
    append(outer.arguments, command.arguments);
    outer.clear_environment = true;
    outer.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C"}};
    return outer;
}

std::string run_sandboxed(const base::Command& command, const Sandbox& sandbox,
                          base::RunOptions options) {
    if (!base::find_program("bwrap")) {
        throw base::Error(
            "bwrap is not installed: it keeps programs that read disk images from anywhere apart "
            "from this host; apt-get install bubblewrap");
    }
    options.die_with_parent = true;
    if (!options.timeout) {
        options.timeout = 4 * sandbox.cpu_time + std::chrono::seconds(60);
    }
    const base::ProcessResult result = base::run(sandboxed(command, sandbox), options);
    if (options.stop.stop_requested()) {
        throw base::Error("stopped on request");
    }
    if (result.timed_out) {
        throw base::Error(command.program + " did not end within " +
                          std::to_string(options.timeout->count() / 1000) + " s");
    }
    if (!result.status.success()) {
        if (result.stderr_text.find("bwrap: ") != std::string::npos) {
            throw base::Error("the sandbox for disk images cannot be made: " + result.stderr_text +
                              " (unprivileged user namespaces must be allowed, or run this as "
                              "root)");
        }
        throw base::ProcessFailed(command, result);
    }
    return result.stdout_text;
}

}  // namespace goldsmith::disk_images
