#include "guest/ownership.h"

#include <unistd.h>

#include <charconv>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {
namespace {

std::optional<unsigned> parse_id(std::string_view text) {
    unsigned id = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole =
        !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
    return whole ? std::optional(id) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

/// The primary group of a user given by number.
std::optional<gid_t> primary_group_of(uid_t user, std::string_view passwd) {
    for (std::string_view line : split(passwd, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() >= 4 && parse_id(fields[2]) == user) {
            return parse_id(fields[3]);
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<AccountLine> find_account(std::string_view text, std::string_view name) {
    for (std::string_view line : split(text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() < 3 || fields[0] != name) {
            continue;
        }
        const auto id = parse_id(fields[2]);
        if (id) {
            return AccountLine{*id, fields.size() > 3 ? parse_id(fields[3]).value_or(*id) : *id};
        }
    }
    return std::nullopt;
}

Ownership find_ownership(const std::string& owner, const std::string& group, bool default_group) {
    Ownership result;
    if (!owner.empty()) {
        const std::string passwd = base::read_file_if_exists("/etc/passwd").value_or("");
        if (const auto account = find_account(passwd, owner)) {
            result.user = account->id;
            if (default_group) {
                result.group = account->primary_group;
            }
        } else if (const auto id = parse_id(owner)) {
            result.user = *id;
            if (default_group) {
                result.group = primary_group_of(*id, passwd);
            }
        } else {
            throw StepFailure("there is no user '" + owner + "'");
        }
    }
    if (!group.empty()) {
        const auto account =
            find_account(base::read_file_if_exists("/etc/group").value_or(""), group);
        const auto id = account ? std::optional(account->id) : parse_id(group);
        if (!id) {
            throw StepFailure("there is no group '" + group + "'");
        }
        result.group = *id;
    }
    return result;
}

void apply_ownership(const std::filesystem::path& path, const Ownership& ownership, bool follow) {
    if (!ownership.user && !ownership.group) {
        return;
    }
    const uid_t user = ownership.user.value_or(static_cast<uid_t>(-1));
    const gid_t group = ownership.group.value_or(static_cast<gid_t>(-1));
    const int result =
        follow ? ::chown(path.c_str(), user, group) : ::lchown(path.c_str(), user, group);
    if (result != 0) {
        throw base::SystemError("change the owner of " + path.string());
    }
}

}  // namespace goldsmith::guest
