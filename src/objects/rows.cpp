#include "objects/rows.h"

#include <boost/json.hpp>

namespace goldsmith::objects {

namespace json = boost::json;

namespace {

json::object to_json(const std::map<std::string, std::string>& map) {
    json::object object;
    for (const auto& [name, value] : map) {
        object[name] = value;
    }
    return object;
}

std::map<std::string, std::string> from_json(const json::value& tree) {
    std::map<std::string, std::string> map;
    for (const auto& member : tree.as_object()) {
        map.emplace(member.key(), member.value().as_string());
    }
    return map;
}

}  // namespace

std::int64_t to_ms(base::Time time) {
    return time.time_since_epoch().count();
}

base::Time time_of(std::int64_t ms) {
    return base::Time(std::chrono::milliseconds(ms));
}

std::string to_json_text(const ObjectAttributes& attributes) {
    return json::serialize(json::object{{"contentType", attributes.content_type},
                                        {"headers", to_json(attributes.headers)},
                                        {"metadata", to_json(attributes.metadata)}});
}

ObjectAttributes attributes_from_json(const std::string& text) {
    const auto tree = json::parse(text);
    return {std::string(tree.at("contentType").as_string()), from_json(tree.at("headers")),
            from_json(tree.at("metadata"))};
}

ObjectInfo info_of(const state::ObjectRow& row) {
    ObjectInfo info{row.key,
                    static_cast<std::uint64_t>(row.size_bytes),
                    row.etag,
                    time_of(row.modified_ms),
                    {}};
    if (!row.attributes.empty()) {
        info.attributes = attributes_from_json(row.attributes);
    }
    return info;
}

void require_bucket(db::Connection& connection, const std::string& bucket) {
    if (!state::find_bucket(connection, bucket)) {
        throw ObjectError(Problem::no_such_bucket, "The specified bucket does not exist");
    }
}

state::UploadRow require_upload(db::Connection& connection, const std::string& bucket,
                                const std::string& key, const std::string& id) {
    auto upload = state::find_upload(connection, id);
    if (!upload || upload->bucket != bucket || upload->key != key) {
        throw ObjectError(Problem::no_such_upload,
                          "The specified upload does not exist. The upload ID may be invalid, or "
                          "the upload may have been aborted or completed.");
    }
    return *std::move(upload);
}

void check_conditions(const PutOptions& options, const std::optional<std::string>& etag) {
    const bool absent_but_there = options.if_absent && etag;
    const bool other =
        options.if_match && (!etag || (*options.if_match != "*" && *options.if_match != *etag));
    if (absent_but_there || other) {
        throw ObjectError(Problem::precondition_failed,
                          "At least one of the pre-conditions you specified did not hold");
    }
}

void check_digests(const std::map<std::string, std::string>& wanted,
                   const std::map<std::string, std::string>& computed) {
    for (const auto& [name, digest] : wanted) {
        const auto found = computed.find(name);
        if (found == computed.end() || found->second != digest) {
            throw ObjectError(Problem::wrong_digest, "The " + name +
                                                         " you specified did not match the "
                                                         "calculated checksum.");
        }
    }
}

}  // namespace goldsmith::objects
