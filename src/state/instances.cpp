#include "state/instances.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view put_sql =
    "INSERT INTO instances (region, instance_id, owner, image_id, instance_type, state,"
    " state_reason, private_ip, run_id, launched_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    " ON CONFLICT (region, instance_id) DO UPDATE SET owner = excluded.owner,"
    " image_id = excluded.image_id, instance_type = excluded.instance_type,"
    " state = excluded.state, state_reason = excluded.state_reason,"
    " private_ip = excluded.private_ip, run_id = excluded.run_id,"
    " launched_ms = excluded.launched_ms";
constexpr std::string_view set_state_sql =
    "UPDATE instances SET state = ?3, state_reason = ?4 WHERE region = ?1 AND instance_id = ?2";
constexpr std::string_view erase_sql =
    "DELETE FROM instances WHERE region = ?1 AND instance_id = ?2";
constexpr std::string_view find_sql =
    "SELECT id, region, instance_id, owner, image_id, instance_type, state, state_reason,"
    " private_ip, run_id, launched_ms FROM instances WHERE region = ?1 AND instance_id = ?2";
constexpr std::string_view page_sql =
    "SELECT id, region, instance_id, owner, image_id, instance_type, state, state_reason,"
    " private_ip, run_id, launched_ms FROM instances"
    " WHERE region = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

constexpr std::string_view last_launch_sql =
    "SELECT MAX(launched_ms) FROM instances WHERE region = ?1 AND image_id = ?2";

InstanceRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .region = row.text(1),
            .instance_id = row.text(2),
            .owner = row.text(3),
            .image_id = row.text(4),
            .instance_type = row.text(5),
            .state = row.text(6),
            .state_reason = row.optional_text(7),
            .private_ip = row.optional_text(8),
            .run_id = row.optional_text(9),
            .launched_ms = row.integer(10)};
}

}  // namespace

void put_instance(db::Connection& connection, const InstanceRow& instance) {
    connection.execute(put_sql,
                       {instance.region, instance.instance_id, instance.owner, instance.image_id,
                        instance.instance_type, instance.state, instance.state_reason,
                        instance.private_ip, instance.run_id, instance.launched_ms});
}

bool set_instance_state(db::Connection& connection, std::string_view region,
                        std::string_view instance_id, std::string_view state,
                        const std::optional<std::string>& state_reason) {
    return connection.execute(set_state_sql, {region, instance_id, state, state_reason}) > 0;
}

bool erase_instance(db::Connection& connection, std::string_view region,
                    std::string_view instance_id) {
    return connection.execute(erase_sql, {region, instance_id}) > 0;
}

std::optional<InstanceRow> find_instance(db::Connection& connection, std::string_view region,
                                         std::string_view instance_id) {
    const auto row = connection.query_one(find_sql, {region, instance_id});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::optional<std::int64_t> last_launch_ms(db::Connection& connection, std::string_view region,
                                           std::string_view image_id) {
    const auto row = connection.query_one(last_launch_sql, {region, image_id});
    return row ? row->optional_integer(0) : std::nullopt;
}

std::vector<InstanceRow> page_instances(db::Connection& connection, std::string_view region,
                                        std::int64_t before, int limit) {
    std::vector<InstanceRow> instances;
    for (const db::Row& row : connection.query(page_sql, {region, before, limit})) {
        instances.push_back(read(row));
    }
    return instances;
}

}  // namespace goldsmith::state
