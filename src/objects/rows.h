// Between rows and what the interface speaks of. A part of local_objects.cpp and local_uploads.cpp.
#pragma once

#include <string>

#include "objects/object_store.h"
#include "state/objects.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::objects {

std::int64_t to_ms(base::Time time);
base::Time time_of(std::int64_t ms);

std::string to_json_text(const ObjectAttributes& attributes);
ObjectAttributes attributes_from_json(const std::string& text);

/// Attributes are filled in where the row has them.
ObjectInfo info_of(const state::ObjectRow& row);

/// Throws no_such_bucket.
void require_bucket(db::Connection& connection, const std::string& bucket);
/// Throws no_such_upload.
state::UploadRow require_upload(db::Connection& connection, const std::string& bucket,
                                const std::string& key, const std::string& id);
/// Throws precondition_failed.
void check_conditions(const PutOptions& options, const std::optional<std::string>& etag);
/// Throws wrong_digest.
void check_digests(const std::map<std::string, std::string>& wanted,
                   const std::map<std::string, std::string>& computed);

}  // namespace goldsmith::objects
