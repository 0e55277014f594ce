#include "state/instances.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr const char* instance_columns =
    "region, instance_id, owner, image_id, instance_type, state, state_reason, private_ip,"
    " run_id, launched_ms, wanted, generation, is_ready, changed_ms, failures, reboots,"
    " rebooted, hold, launch";

std::string select(const char* rest) {
    return "SELECT id, " + std::string(instance_columns) + " " + rest;
}

const std::string put_sql =
    "INSERT INTO instances (" + std::string(instance_columns) +
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19)"
    " ON CONFLICT (region, instance_id) DO UPDATE SET owner = excluded.owner,"
    " image_id = excluded.image_id, instance_type = excluded.instance_type,"
    " state = excluded.state, state_reason = excluded.state_reason,"
    " private_ip = excluded.private_ip, run_id = excluded.run_id,"
    " launched_ms = excluded.launched_ms";
constexpr std::string_view update_sql =
    "UPDATE instances SET instance_type = ?3, state = ?4, state_reason = ?5, private_ip = ?6,"
    " run_id = ?7, launched_ms = ?8, wanted = ?9, generation = ?10, is_ready = ?11,"
    " changed_ms = ?12, failures = ?13, reboots = ?14, rebooted = ?15, hold = ?16, launch = ?17"
    " WHERE region = ?1 AND instance_id = ?2";
constexpr std::string_view set_state_sql =
    "UPDATE instances SET state = ?3, state_reason = ?4 WHERE region = ?1 AND instance_id = ?2";
constexpr std::string_view erase_sql =
    "DELETE FROM instances WHERE region = ?1 AND instance_id = ?2";
const std::string find_sql = select("FROM instances WHERE region = ?1 AND instance_id = ?2");
const std::string page_sql =
    select("FROM instances WHERE region = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
const std::string to_look_after_sql = select(
    "FROM instances WHERE wanted = 'running'"
    " OR (wanted IN ('stopped', 'terminated') AND state <> wanted) ORDER BY id");
const std::string long_terminated_sql = select(
    "FROM instances WHERE wanted = 'terminated' AND state = 'terminated' AND changed_ms < ?1");
constexpr std::string_view count_sql =
    "SELECT COUNT(*) FROM instances WHERE region = ?1 AND owner = ?2 AND wanted <> ''"
    " AND state <> 'terminated'";

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
            .launched_ms = row.integer(10),
            .wanted = row.text(11),
            .generation = row.integer(12),
            .is_ready = row.integer(13) != 0,
            .changed_ms = row.integer(14),
            .failures = row.integer(15),
            .reboots = row.integer(16),
            .rebooted = row.integer(17),
            .hold = row.text(18),
            .launch = row.text(19)};
}

std::vector<InstanceRow> read_all(const std::vector<db::Row>& rows) {
    std::vector<InstanceRow> instances;
    for (const db::Row& row : rows) {
        instances.push_back(read(row));
    }
    return instances;
}

}  // namespace

void put_instance(db::Connection& connection, const InstanceRow& instance) {
    connection.execute(
        put_sql, {instance.region, instance.instance_id, instance.owner, instance.image_id,
                  instance.instance_type, instance.state, instance.state_reason,
                  instance.private_ip, instance.run_id, instance.launched_ms, instance.wanted,
                  instance.generation, instance.is_ready, instance.changed_ms, instance.failures,
                  instance.reboots, instance.rebooted, instance.hold, instance.launch});
}

void update_instance(db::Connection& connection, const InstanceRow& instance) {
    connection.execute(
        update_sql,
        {instance.region, instance.instance_id, instance.instance_type, instance.state,
         instance.state_reason, instance.private_ip, instance.run_id, instance.launched_ms,
         instance.wanted, instance.generation, instance.is_ready, instance.changed_ms,
         instance.failures, instance.reboots, instance.rebooted, instance.hold, instance.launch});
}

std::vector<InstanceRow> instances_to_look_after(db::Connection& connection) {
    return read_all(connection.query(to_look_after_sql));
}

std::vector<InstanceRow> long_terminated_instances(db::Connection& connection,
                                                   std::int64_t before_ms) {
    return read_all(connection.query(long_terminated_sql, {before_ms}));
}

std::int64_t count_live_instances(db::Connection& connection, std::string_view region,
                                  std::string_view owner) {
    return connection.query_one(count_sql, {region, owner})->integer(0);
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
    return read_all(connection.query(page_sql, {region, before, limit}));
}

}  // namespace goldsmith::state
