#include "db/connection.h"
#include "state/amis.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO snapshots (region, snapshot_id, owner, state, description, volume_size_gib,"
    " created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
constexpr std::string_view set_state_sql =
    "UPDATE snapshots SET state = ?3 WHERE region = ?1 AND snapshot_id = ?2";
constexpr std::string_view erase_sql =
    "DELETE FROM snapshots WHERE region = ?1 AND snapshot_id = ?2";
constexpr std::string_view find_sql =
    "SELECT id, region, snapshot_id, owner, state, description, volume_size_gib, created_ms"
    " FROM snapshots WHERE region = ?1 AND snapshot_id = ?2";
constexpr std::string_view page_sql =
    "SELECT id, region, snapshot_id, owner, state, description, volume_size_gib, created_ms"
    " FROM snapshots WHERE region = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

SnapshotRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .region = row.text(1),
            .snapshot_id = row.text(2),
            .owner = row.text(3),
            .state = row.text(4),
            .description = row.text(5),
            .volume_size_gib = row.integer(6),
            .created_ms = row.integer(7)};
}

}  // namespace

void insert_snapshot(db::Connection& connection, SnapshotRow& snapshot) {
    const auto row = connection.query_one(
        insert_sql, {snapshot.region, snapshot.snapshot_id, snapshot.owner, snapshot.state,
                     snapshot.description, snapshot.volume_size_gib, snapshot.created_ms});
    snapshot.id = row->integer(0);
}

bool set_snapshot_state(db::Connection& connection, std::string_view region,
                        std::string_view snapshot_id, std::string_view state) {
    return connection.execute(set_state_sql, {region, snapshot_id, state}) > 0;
}

bool erase_snapshot(db::Connection& connection, std::string_view region,
                    std::string_view snapshot_id) {
    return connection.execute(erase_sql, {region, snapshot_id}) > 0;
}

std::optional<SnapshotRow> find_snapshot(db::Connection& connection, std::string_view region,
                                         std::string_view snapshot_id) {
    const auto row = connection.query_one(find_sql, {region, snapshot_id});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<SnapshotRow> page_snapshots(db::Connection& connection, std::string_view region,
                                        std::int64_t before, int limit) {
    std::vector<SnapshotRow> snapshots;
    for (const db::Row& row : connection.query(page_sql, {region, before, limit})) {
        snapshots.push_back(read(row));
    }
    return snapshots;
}

}  // namespace goldsmith::state
