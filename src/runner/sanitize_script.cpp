#include "runner/sanitize_script.h"

namespace goldsmith::runner {
namespace {

// Functions and the preparation.
constexpr const char* kHead = R"sh(#!/bin/sh
# Clean-up of a guest before its disk becomes an image. Arguments: root, working directory, policy.
root=${1%/}
work=$2
policy=$3
failed=0
LC_ALL=C
export LC_ALL

marker=$root$work/perform_cleanup
if [ "$policy" = if-marked ] && [ ! -e "$marker" ]; then
    echo "clean-up skipped: there is no $work/perform_cleanup"
    exit 0
fi
rm -f -- "$marker"

trouble() {
    echo "clean-up: cannot remove $1" >&2
    failed=1
}

wanted() {
    [ ! -e "$root$work/$1" ]
}

overwrite() {
    if [ -f "$1" ] && [ ! -L "$1" ] && command -v shred >/dev/null 2>&1; then
        shred -f -z -n 1 -- "$1" 2>/dev/null
    fi
}

remove_one() {
    if [ -e "$1" ] || [ -L "$1" ]; then
        rm -rf -- "$1" 2>/dev/null
        if [ -e "$1" ] || [ -L "$1" ]; then
            # A mount point cannot go, what is in it can.
            if [ -d "$1" ] && [ -z "$(ls -A "$1")" ]; then return; fi
            trouble "${1#"$root"}"
        fi
    fi
}

wipe() {
    for path in "$@"; do
        remove_one "$path"
    done
}

shred_all() {
    for path in "$@"; do
        overwrite "$path"
        remove_one "$path"
    done
}

empty_all() {
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        find "$folder" -xdev -type f -size +0 \
            -exec sh -c 'for file do : >"$file" || exit 1; done' sh {} + || trouble "the content of ${folder#"$root"}"
    done
}

# Services that write their state once more when the machine stops would undo the clean-up.
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    journalctl --relinquish-var >/dev/null 2>&1
    systemctl stop systemd-random-seed.service systemd-update-utmp.service \
        systemd-timesyncd.service rsyslog.service syslog.socket >/dev/null 2>&1
fi
)sh";

// Identity last: a machine without an id is one that has not started yet.
constexpr const char* kTail = R"sh(
if [ -e "$root/etc/machine-id" ] || [ -L "$root/etc/machine-id" ]; then
    # While a machine runs with an id that was never stored, the file is covered by a mount.
    if [ -z "$root" ]; then umount /etc/machine-id >/dev/null 2>&1; fi
    : >"$root/etc/machine-id" || trouble /etc/machine-id
fi
if [ -f "$root/var/lib/dbus/machine-id" ] && [ ! -L "$root/var/lib/dbus/machine-id" ]; then
    remove_one "$root/var/lib/dbus/machine-id"
fi

sync
if [ -z "$root" ]; then
    # What was deleted must not be stored with the image. A root that is mounted with online discard
    # gives blocks back as they are freed; trimming it would only name all its free space once more.
    if ! grep -q '^[^ ]* / [^ ]* \([^ ]*,\)\{0,1\}discard' /proc/mounts; then
        command -v fstrim >/dev/null 2>&1 && fstrim / >/dev/null 2>&1
    fi
fi
exit $failed
)sh";

const char* function_of(Removal removal) {
    switch (removal) {
        case Removal::remove:
            return "wipe";
        case Removal::shred:
            return "shred_all";
        case Removal::truncate:
            return "empty_all";
    }
    return "wipe";
}

// "/tmp/*" -> "$root"/tmp/*: the root is quoted, the pattern is not. "@WORK@" stands for the
// working directory.
std::string as_word(const std::string& pattern) {
    constexpr std::string_view kWork = "@WORK@";
    if (pattern.starts_with(kWork))
        return "\"$root$work\"" + pattern.substr(kWork.size());
    return "\"$root\"" + pattern;
}

std::string rule_text(const SanitizeRule& rule) {
    std::string text = std::string("    ") + function_of(rule.removal);
    for (const auto& pattern : rule.patterns)
        text += " \\\n        " + as_word(pattern);
    return text + "\n";
}

}  // namespace

std::string sanitize_script() {
    std::string text = kHead;
    for (const auto& section : sanitize_sections()) {
        const auto condition = section.skip_file.empty() ? "true" : "wanted " + section.skip_file;
        text += "\n# " + section.name + "\nif " + condition + "; then\n";
        for (const auto& rule : section.rules)
            text += rule_text(rule);
        text += "fi\n";
    }
    // The skip files are the last thing that is needed.
    text += "\n";
    for (const auto& section : sanitize_sections()) {
        if (!section.skip_file.empty())
            text += "wipe \"$root$work/" + section.skip_file + "\"\n";
    }
    return text + kTail;
}

std::vector<std::string> sanitize_arguments(const SanitizeRun& run) {
    return {"sh",
            "-s",
            "--",
            run.root,
            run.working_directory,
            run.policy == SanitizePolicy::always ? "always" : "if-marked"};
}

}  // namespace goldsmith::runner
