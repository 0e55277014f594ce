// Rows of buckets, objects and unfinished uploads. Content is not here: a row names the files that
// hold it. Used by objects::LocalObjects; the gate reads owners and policies of buckets.
//
// Functions run on the connection they are given; those that change something need a transaction
// that writes. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct BucketRow {
    std::string name{};
    Scope owner{};
    std::int64_t created_ms = 0;
    std::optional<std::string> policy{};
};

struct ObjectRow {
    std::string bucket{};
    std::string key{};
    std::int64_t size_bytes = 0;
    std::string etag{};
    std::int64_t modified_ms = 0;
    std::string attributes{};  // JSON
    std::string files{};       // JSON: [{"file": name, "size": bytes}], in order
};

struct UploadRow {
    std::string id{};
    std::string bucket{};
    std::string key{};
    std::int64_t begun_ms = 0;
    std::string attributes{};
};

struct UploadPartRow {
    std::string upload_id{};
    int number = 0;
    std::int64_t size_bytes = 0;
    std::string etag{};
    std::int64_t modified_ms = 0;
    std::string file{};
};

/// False when the name is taken.
bool insert_bucket(db::Connection& connection, const BucketRow& bucket);
std::optional<BucketRow> find_bucket(db::Connection& connection, std::string_view name);
std::vector<BucketRow> all_buckets(db::Connection& connection);
void erase_bucket(db::Connection& connection, std::string_view name);
/// Nothing takes the policy away. False when there is no such bucket.
bool set_bucket_policy(db::Connection& connection, std::string_view name,
                       const std::optional<std::string>& policy);

/// Inserts or replaces.
void put_object(db::Connection& connection, const ObjectRow& object);
std::optional<ObjectRow> find_object(db::Connection& connection, std::string_view bucket,
                                     std::string_view key);
bool erase_object(db::Connection& connection, std::string_view bucket, std::string_view key);
/// In order of the keys' bytes, from `from` (included) on, without attributes and files.
std::vector<ObjectRow> objects_from(db::Connection& connection, std::string_view bucket,
                                    std::string_view from, int limit);

void insert_upload(db::Connection& connection, const UploadRow& upload);
std::optional<UploadRow> find_upload(db::Connection& connection, std::string_view id);
std::vector<UploadRow> uploads_of(db::Connection& connection, std::string_view bucket);
/// With its parts.
void erase_upload(db::Connection& connection, std::string_view id);
/// Inserts or replaces.
void put_upload_part(db::Connection& connection, const UploadPartRow& part);
/// In order of numbers.
std::vector<UploadPartRow> parts_of_upload(db::Connection& connection, std::string_view id);

/// What every object and part names: JSON as in ObjectRow::files, and names of files of parts.
struct FilesInUse {
    std::vector<std::string> of_objects{};
    std::vector<std::string> of_parts{};
};
FilesInUse object_files_in_use(db::Connection& connection);

}  // namespace goldsmith::state
