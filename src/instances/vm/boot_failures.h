// What a console shows of a machine that will never be ready: a panic, an empty disk, a boot loader
// or an init that waits for a person. Looked at while a machine starts, so that it fails at once
// and not when its time is over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"

namespace goldsmith::instances {

/// What the text says went wrong, for people; nothing when it shows no failure.
std::optional<std::string> boot_failure_in(std::string_view console_text);
/// The text ends in a login prompt: the guest has booted.
bool shows_login_prompt(std::string_view console_text);

/// Reads what is appended to a console file after this object was made.
class ConsoleWatch {
public:
    explicit ConsoleWatch(base::Path file);

    /// What is new, with a little of what was there before, so that no line is cut.
    std::string look();

private:
    base::Path file_;
    std::uint64_t seen_ = 0;
    std::string last_;
};

}  // namespace goldsmith::instances
