#include "state/iam_entities.h"

#include <array>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO iam_entities (account, kind, name_key, name, path, unique_id, created_ms, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
constexpr std::string_view update_sql =
    "UPDATE iam_entities SET name_key = ?2, name = ?3, path = ?4, body = ?5 WHERE id = ?1";
constexpr std::string_view erase_sql = "DELETE FROM iam_entities WHERE id = ?1";
constexpr std::string_view find_sql =
    "SELECT id, account, kind, name, path, unique_id, created_ms, body FROM iam_entities"
    " WHERE account = ?1 AND kind = ?2 AND name_key = ?3";
constexpr std::string_view find_by_id_sql =
    "SELECT id, account, kind, name, path, unique_id, created_ms, body FROM iam_entities"
    " WHERE unique_id = ?1";
constexpr std::string_view page_sql =
    "SELECT id, account, kind, name, path, unique_id, created_ms, body FROM iam_entities"
    " WHERE account = ?1 AND kind = ?2 AND name_key > ?3 AND substr(path, 1, ?4) = ?5"
    " ORDER BY name_key LIMIT ?6";
constexpr std::string_view count_sql =
    "SELECT COUNT(*) FROM iam_entities WHERE account = ?1 AND kind = ?2";
constexpr std::string_view add_member_sql =
    "INSERT INTO iam_members (container_id, member_id) VALUES (?1, ?2)"
    " ON CONFLICT (container_id, member_id) DO NOTHING";
constexpr std::string_view remove_member_sql =
    "DELETE FROM iam_members WHERE container_id = ?1 AND member_id = ?2";
constexpr std::string_view members_sql =
    "SELECT e.id, e.account, e.kind, e.name, e.path, e.unique_id, e.created_ms, e.body"
    " FROM iam_members m JOIN iam_entities e ON e.unique_id = m.member_id"
    " WHERE m.container_id = ?1 ORDER BY e.name_key";
constexpr std::string_view containers_sql =
    "SELECT e.id, e.account, e.kind, e.name, e.path, e.unique_id, e.created_ms, e.body"
    " FROM iam_members m JOIN iam_entities e ON e.unique_id = m.container_id"
    " WHERE m.member_id = ?1 AND e.kind = ?2 ORDER BY e.name_key";
constexpr std::string_view touch_sql =
    "UPDATE identity_generation SET generation = generation + 1 WHERE id = 1";
constexpr std::string_view generation_sql =
    "SELECT generation FROM identity_generation WHERE id = 1";

constexpr std::array<std::string_view, 5> kind_names{"user", "group", "role", "policy",
                                                     "instance-profile"};

std::string name_key(std::string_view name) {
    std::string key(name);
    for (char& each : key) {
        each = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    }
    return key;
}

IamEntity read(const db::Row& row) {
    return {.id = row.integer(0),
            .account = row.text(1),
            .kind = iam_kind_of(row.text(2)).value_or(IamKind::user),
            .name = row.text(3),
            .path = row.text(4),
            .unique_id = row.text(5),
            .created_ms = row.integer(6),
            .body = row.text(7)};
}

std::vector<IamEntity> read_all(const std::vector<db::Row>& rows) {
    std::vector<IamEntity> entities;
    for (const db::Row& row : rows) {
        entities.push_back(read(row));
    }
    return entities;
}

std::optional<IamEntity> read_one(const std::optional<db::Row>& row) {
    return row ? std::optional(read(*row)) : std::nullopt;
}

}  // namespace

std::string_view to_string(IamKind kind) {
    return kind_names.at(static_cast<std::size_t>(kind));
}

std::optional<IamKind> iam_kind_of(std::string_view text) {
    for (std::size_t i = 0; i < kind_names.size(); ++i) {
        if (kind_names.at(i) == text) {
            return static_cast<IamKind>(i);
        }
    }
    return std::nullopt;
}

std::string IamEntity::arn() const {
    return "arn:aws:iam::" + account + ":" + std::string(to_string(kind)) + path + name;
}

void insert_iam_entity(db::Connection& connection, IamEntity& entity) {
    const auto row = connection.query_one(
        insert_sql, {entity.account, to_string(entity.kind), name_key(entity.name), entity.name,
                     entity.path, entity.unique_id, entity.created_ms, entity.body});
    entity.id = row->integer(0);
}

void update_iam_entity(db::Connection& connection, const IamEntity& entity) {
    connection.execute(update_sql,
                       {entity.id, name_key(entity.name), entity.name, entity.path, entity.body});
}

void erase_iam_entity(db::Connection& connection, const IamEntity& entity) {
    connection.execute(erase_sql, {entity.id});
}

std::optional<IamEntity> find_iam_entity(db::Connection& connection, std::string_view account,
                                         IamKind kind, std::string_view name) {
    return read_one(connection.query_one(find_sql, {account, to_string(kind), name_key(name)}));
}

std::optional<IamEntity> find_iam_entity_by_id(db::Connection& connection,
                                               std::string_view unique_id) {
    return read_one(connection.query_one(find_by_id_sql, {unique_id}));
}

std::optional<IamEntity> find_iam_entity_by_arn(db::Connection& connection, std::string_view arn) {
    constexpr std::string_view head = "arn:aws:iam::";
    if (!arn.starts_with(head)) {
        return std::nullopt;
    }
    const auto rest = arn.substr(head.size());
    const auto colon = rest.find(':');
    const auto slash = rest.find('/');
    if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon) {
        return std::nullopt;
    }
    const auto kind = iam_kind_of(rest.substr(colon + 1, slash - colon - 1));
    if (!kind) {
        return std::nullopt;
    }
    auto entity =
        find_iam_entity(connection, rest.substr(0, colon), *kind, rest.substr(rest.rfind('/') + 1));
    return entity && entity->arn() == arn ? entity : std::nullopt;
}

std::vector<IamEntity> page_iam_entities(db::Connection& connection, std::string_view account,
                                         IamKind kind, std::string_view path_prefix,
                                         std::string_view after, int limit) {
    return read_all(connection.query(page_sql, {account, to_string(kind), name_key(after),
                                                path_prefix.size(), path_prefix, limit}));
}

std::int64_t count_iam_entities(db::Connection& connection, std::string_view account,
                                IamKind kind) {
    return connection.query_one(count_sql, {account, to_string(kind)})->integer(0);
}

void add_iam_member(db::Connection& connection, std::string_view container_id,
                    std::string_view member_id) {
    connection.execute(add_member_sql, {container_id, member_id});
}

bool remove_iam_member(db::Connection& connection, std::string_view container_id,
                       std::string_view member_id) {
    return connection.execute(remove_member_sql, {container_id, member_id}) > 0;
}

std::vector<IamEntity> iam_members_of(db::Connection& connection, std::string_view container_id) {
    return read_all(connection.query(members_sql, {container_id}));
}

std::vector<IamEntity> iam_containers_of(db::Connection& connection, std::string_view member_id,
                                         IamKind kind) {
    return read_all(connection.query(containers_sql, {member_id, to_string(kind)}));
}

void touch_identities(db::Connection& connection) {
    connection.execute(touch_sql);
}

std::int64_t identity_generation(db::Connection& connection) {
    return connection.query_one(generation_sql)->integer(0);
}

}  // namespace goldsmith::state
