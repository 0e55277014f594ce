// The clean-up of a Linux guest before its disk becomes an image: what goes, as data, and the POSIX
// shell script made from it, which the runner executes inside the guest as root (`sh -s`, the
// script on standard input, so that it leaves no file). Described for people in docs/sanitize.md.
// Pure.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::runner {

/// What happens to what a pattern names.
enum class Removal {
    remove,    // the file or the whole folder
    shred,     // as remove, its bytes overwritten first: keys, histories
    truncate,  // every file below becomes empty; programs keep their files, owners and modes
};

struct SanitizeRule {
    Removal removal = Removal::remove;
    /// Absolute, as the guest sees it; `*` matches within a name, as in the shell. Holds no white
    /// space.
    std::vector<std::string> patterns;
};

struct SanitizeSection {
    std::string name;
    /// An empty file of this name in the working directory keeps the section from running; empty:
    /// the section always runs.
    std::string skip_file;
    std::vector<SanitizeRule> rules;
};

const std::vector<SanitizeSection>& sanitize_sections();

/// When the clean-up runs at all: always, or only if the file `perform_cleanup` is in the working
/// directory (user data that replaces the service's own has to make it).
enum class SanitizePolicy { always, if_marked };

struct SanitizeRun {
    /// Where the guest's root is mounted; "/" inside the guest.
    std::string root = "/";
    /// The infrastructure configuration's working directory; /tmp is AWS's default.
    std::string working_directory = "/tmp";
    SanitizePolicy policy = SanitizePolicy::always;
};

/// Reads its parameters from the arguments below. Exit code 0 when everything is gone (or the
/// policy says not to), 1 after naming on standard error what could not be removed.
std::string sanitize_script();
/// {"sh", "-s", "--", ...}: argument vector; the script goes to standard input.
std::vector<std::string> sanitize_arguments(const SanitizeRun& run);

}  // namespace goldsmith::runner
