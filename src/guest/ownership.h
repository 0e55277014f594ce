// Users and groups by name or number, read from /etc/passwd and /etc/group themselves: a static
// executable must not load the host's name service modules.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::guest {

struct Ownership {
    std::optional<uid_t> user;
    std::optional<gid_t> group;
};

/// Throws StepFailure for unknown names. Without a group, `default_group` asks for the user's
/// primary one.
Ownership find_ownership(const std::string& owner, const std::string& group, bool default_group);

/// chown; with `follow` a link's target changes instead of the link. Throws base::SystemError.
void apply_ownership(const std::filesystem::path& path, const Ownership& ownership, bool follow);

/// The fields of the line of `name` in the text of a passwd or group file. Pure.
struct AccountLine {
    unsigned id = 0;
    unsigned primary_group = 0;  ///< of passwd lines
};
std::optional<AccountLine> find_account(std::string_view text, std::string_view name);

}  // namespace goldsmith::guest
