// Users, groups, roles, managed policies and instance profiles: what they have in common, and who
// is a member of what. Used by service/iam/ and by authorization. Functions run on the connection
// they are given; those that change something need a transaction that writes, and the caller says
// so with touch_identities(). Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

enum class IamKind { user, group, role, policy, instance_profile };

/// As ARNs spell it: "instance-profile".
std::string_view to_string(IamKind kind);
std::optional<IamKind> iam_kind_of(std::string_view text);

struct IamEntity {
    std::int64_t id = 0;
    std::string account{};
    IamKind kind{};
    std::string name{};
    std::string path = "/";
    std::string unique_id{};  // "AIDA...", "AROA..."
    std::int64_t created_ms = 0;
    std::string body = "{}";  // a JSON object; service/iam/ says what is in it

    std::string arn() const;
};

/// Fills in `id`. Throws db::Error{unique} when the name is taken.
void insert_iam_entity(db::Connection& connection, IamEntity& entity);
/// Writes name, path and body.
void update_iam_entity(db::Connection& connection, const IamEntity& entity);
/// With everything that hangs on it.
void erase_iam_entity(db::Connection& connection, const IamEntity& entity);

/// Names are found whatever their case.
std::optional<IamEntity> find_iam_entity(db::Connection& connection, std::string_view account,
                                         IamKind kind, std::string_view name);
std::optional<IamEntity> find_iam_entity_by_id(db::Connection& connection,
                                               std::string_view unique_id);
/// By the whole ARN, path included. Nothing for what is no ARN of an entity.
std::optional<IamEntity> find_iam_entity_by_arn(db::Connection& connection, std::string_view arn);
/// In order of their names; `after` is the name of the last one of the page before.
std::vector<IamEntity> page_iam_entities(db::Connection& connection, std::string_view account,
                                         IamKind kind, std::string_view path_prefix,
                                         std::string_view after, int limit);
std::int64_t count_iam_entities(db::Connection& connection, std::string_view account, IamKind kind);

void add_iam_member(db::Connection& connection, std::string_view container_id,
                    std::string_view member_id);
bool remove_iam_member(db::Connection& connection, std::string_view container_id,
                       std::string_view member_id);
/// In order of their names.
std::vector<IamEntity> iam_members_of(db::Connection& connection, std::string_view container_id);
std::vector<IamEntity> iam_containers_of(db::Connection& connection, std::string_view member_id,
                                         IamKind kind);

/// What is remembered about identities is out of date from the end of this transaction on.
void touch_identities(db::Connection& connection);
std::int64_t identity_generation(db::Connection& connection);

}  // namespace goldsmith::state
