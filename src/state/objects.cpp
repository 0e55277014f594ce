#include "state/objects.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_bucket_sql =
    "INSERT INTO buckets (name, account, region, created_ms, policy) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (name) DO NOTHING";
constexpr std::string_view find_bucket_sql =
    "SELECT name, account, region, created_ms, policy FROM buckets WHERE name = ?1";
constexpr std::string_view all_buckets_sql =
    "SELECT name, account, region, created_ms, policy FROM buckets ORDER BY name";
constexpr std::string_view erase_bucket_sql = "DELETE FROM buckets WHERE name = ?1";
constexpr std::string_view set_policy_sql = "UPDATE buckets SET policy = ?2 WHERE name = ?1";

constexpr std::string_view put_object_sql =
    "INSERT INTO objects (bucket, key, size_bytes, etag, modified_ms, attributes, files)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT (bucket, key) DO UPDATE SET size_bytes = excluded.size_bytes,"
    " etag = excluded.etag, modified_ms = excluded.modified_ms,"
    " attributes = excluded.attributes, files = excluded.files";
constexpr std::string_view find_object_sql =
    "SELECT bucket, key, size_bytes, etag, modified_ms, attributes, files FROM objects"
    " WHERE bucket = ?1 AND key = ?2";
constexpr std::string_view erase_object_sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2";
constexpr std::string_view objects_from_sql =
    "SELECT bucket, key, size_bytes, etag, modified_ms FROM objects"
    " WHERE bucket = ?1 AND key >= ?2 ORDER BY key LIMIT ?3";

constexpr std::string_view insert_upload_sql =
    "INSERT INTO object_uploads (id, bucket, key, begun_ms, attributes)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr std::string_view find_upload_sql =
    "SELECT id, bucket, key, begun_ms, attributes FROM object_uploads WHERE id = ?1";
constexpr std::string_view uploads_sql =
    "SELECT id, bucket, key, begun_ms, attributes FROM object_uploads WHERE bucket = ?1"
    " ORDER BY key, id";
constexpr std::string_view erase_upload_sql = "DELETE FROM object_uploads WHERE id = ?1";
constexpr std::string_view erase_parts_sql = "DELETE FROM object_parts WHERE upload_id = ?1";
constexpr std::string_view put_part_sql =
    "INSERT INTO object_parts (upload_id, number, size_bytes, etag, modified_ms, file)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (upload_id, number) DO UPDATE SET size_bytes = excluded.size_bytes,"
    " etag = excluded.etag, modified_ms = excluded.modified_ms, file = excluded.file";
constexpr std::string_view parts_sql =
    "SELECT upload_id, number, size_bytes, etag, modified_ms, file FROM object_parts"
    " WHERE upload_id = ?1 ORDER BY number";
constexpr std::string_view object_files_sql = "SELECT files FROM objects";
constexpr std::string_view part_files_sql = "SELECT file FROM object_parts";

BucketRow read_bucket(const db::Row& row) {
    return {.name = row.text(0),
            .owner = {row.text(1), row.text(2)},
            .created_ms = row.integer(3),
            .policy = row.optional_text(4)};
}

ObjectRow read_object(const db::Row& row) {
    return {.bucket = row.text(0),
            .key = row.text(1),
            .size_bytes = row.integer(2),
            .etag = row.text(3),
            .modified_ms = row.integer(4)};
}

UploadRow read_upload(const db::Row& row) {
    return {.id = row.text(0),
            .bucket = row.text(1),
            .key = row.text(2),
            .begun_ms = row.integer(3),
            .attributes = row.text(4)};
}

template <class Read>
auto read_all(const std::vector<db::Row>& rows, Read read) {
    std::vector<decltype(read(rows.front()))> all;
    all.reserve(rows.size());
    for (const db::Row& row : rows) {
        all.push_back(read(row));
    }
    return all;
}

}  // namespace

bool insert_bucket(db::Connection& connection, const BucketRow& bucket) {
    return connection.execute(insert_bucket_sql,
                              {bucket.name, bucket.owner.account, bucket.owner.region,
                               bucket.created_ms, bucket.policy}) > 0;
}

std::optional<BucketRow> find_bucket(db::Connection& connection, std::string_view name) {
    const auto row = connection.query_one(find_bucket_sql, {name});
    return row ? std::optional(read_bucket(*row)) : std::nullopt;
}

std::vector<BucketRow> all_buckets(db::Connection& connection) {
    return read_all(connection.query(all_buckets_sql), read_bucket);
}

void erase_bucket(db::Connection& connection, std::string_view name) {
    connection.execute(erase_bucket_sql, {name});
}

bool set_bucket_policy(db::Connection& connection, std::string_view name,
                       const std::optional<std::string>& policy) {
    return connection.execute(set_policy_sql, {name, policy}) > 0;
}

void put_object(db::Connection& connection, const ObjectRow& object) {
    connection.execute(put_object_sql, {object.bucket, object.key, object.size_bytes, object.etag,
                                        object.modified_ms, object.attributes, object.files});
}

std::optional<ObjectRow> find_object(db::Connection& connection, std::string_view bucket,
                                     std::string_view key) {
    const auto row = connection.query_one(find_object_sql, {bucket, key});
    if (!row) {
        return std::nullopt;
    }
    ObjectRow object = read_object(*row);
    object.attributes = row->text(5);
    object.files = row->text(6);
    return object;
}

bool erase_object(db::Connection& connection, std::string_view bucket, std::string_view key) {
    return connection.execute(erase_object_sql, {bucket, key}) > 0;
}

std::vector<ObjectRow> objects_from(db::Connection& connection, std::string_view bucket,
                                    std::string_view from, int limit) {
    return read_all(connection.query(objects_from_sql, {bucket, from, limit}), read_object);
}

void insert_upload(db::Connection& connection, const UploadRow& upload) {
    connection.execute(insert_upload_sql,
                       {upload.id, upload.bucket, upload.key, upload.begun_ms, upload.attributes});
}

std::optional<UploadRow> find_upload(db::Connection& connection, std::string_view id) {
    const auto row = connection.query_one(find_upload_sql, {id});
    return row ? std::optional(read_upload(*row)) : std::nullopt;
}

std::vector<UploadRow> uploads_of(db::Connection& connection, std::string_view bucket) {
    return read_all(connection.query(uploads_sql, {bucket}), read_upload);
}

void erase_upload(db::Connection& connection, std::string_view id) {
    connection.execute(erase_parts_sql, {id});
    connection.execute(erase_upload_sql, {id});
}

void put_upload_part(db::Connection& connection, const UploadPartRow& part) {
    connection.execute(put_part_sql, {part.upload_id, part.number, part.size_bytes, part.etag,
                                      part.modified_ms, part.file});
}

std::vector<UploadPartRow> parts_of_upload(db::Connection& connection, std::string_view id) {
    return read_all(connection.query(parts_sql, {id}), [](const db::Row& row) {
        return UploadPartRow{.upload_id = row.text(0),
                             .number = static_cast<int>(row.integer(1)),
                             .size_bytes = row.integer(2),
                             .etag = row.text(3),
                             .modified_ms = row.integer(4),
                             .file = row.text(5)};
    });
}

FilesInUse object_files_in_use(db::Connection& connection) {
    const auto first = [](const db::Row& row) { return row.text(0); };
    return {read_all(connection.query(object_files_sql), first),
            read_all(connection.query(part_files_sql), first)};
}

}  // namespace goldsmith::state
