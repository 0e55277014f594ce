#include "state/amis.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

namespace json = boost::json;

constexpr std::string_view insert_sql =
    "INSERT INTO amis (region, image_id, owner, name, state, created_ms, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
constexpr std::string_view update_sql =
    "UPDATE amis SET owner = ?3, name = ?4, state = ?5, body = ?6"
    " WHERE region = ?1 AND image_id = ?2";
constexpr std::string_view erase_sql = "DELETE FROM amis WHERE region = ?1 AND image_id = ?2";
constexpr std::string_view find_sql =
    "SELECT id, region, image_id, owner, name, state, created_ms, body FROM amis"
    " WHERE region = ?1 AND image_id = ?2";
constexpr std::string_view find_by_name_sql =
    "SELECT id, region, image_id, owner, name, state, created_ms, body FROM amis"
    " WHERE region = ?1 AND owner = ?2 AND name = ?3 ORDER BY id DESC LIMIT 1";
constexpr std::string_view page_sql =
    "SELECT id, region, image_id, owner, name, state, created_ms, body FROM amis"
    " WHERE region = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

/// Members that came later: absent where they are empty.
constexpr std::pair<const char*, std::string AmiRow::*> later_texts[] = {
    {"source_instance_id", &AmiRow::source_instance_id},
    {"state_reason", &AmiRow::state_reason},
    {"imds_support", &AmiRow::imds_support},
    {"tpm_support", &AmiRow::tpm_support}};

std::string body_of(const AmiRow& ami) {
    json::array devices;
    for (const AmiDevice& device : ami.devices) {
        devices.push_back(json::object{{"device_name", device.device_name},
                                       {"snapshot_id", device.snapshot_id},
                                       {"volume_size_gib", device.volume_size_gib}});
    }
    json::object body{{"description", ami.description},
                      {"architecture", ami.architecture},
                      {"platform_details", ami.platform_details},
                      {"boot_mode", ami.boot_mode},
                      {"root_device_name", ami.root_device_name},
                      {"source_image_id", ami.source_image_id},
                      {"source_image_region", ami.source_image_region},
                      {"is_public", ami.is_public},
                      {"devices", std::move(devices)}};
    if (ami.deprecation_ms) {
        body["deprecation_ms"] = *ami.deprecation_ms;
    }
    if (!ami.launch_accounts.empty()) {
        body["launch_accounts"] = json::value_from(ami.launch_accounts);
    }
    for (const auto& [name, member] : later_texts) {
        if (!(ami.*member).empty()) {
            body[name] = ami.*member;
        }
    }
    return json::serialize(body);
}

std::string text_of(const json::object& body, std::string_view name) {
    return std::string(body.at(name).as_string());
}

void read_body(std::string_view text, AmiRow& ami) {
    const json::value tree = json::parse(text);
    const json::object& body = tree.as_object();
    ami.description = text_of(body, "description");
    ami.architecture = text_of(body, "architecture");
    ami.platform_details = text_of(body, "platform_details");
    ami.boot_mode = text_of(body, "boot_mode");
    ami.root_device_name = text_of(body, "root_device_name");
    ami.source_image_id = text_of(body, "source_image_id");
    ami.source_image_region = text_of(body, "source_image_region");
    ami.is_public = body.at("is_public").as_bool();
    if (const json::value* deprecation = body.if_contains("deprecation_ms")) {
        ami.deprecation_ms = deprecation->to_number<std::int64_t>();
    }
    if (const json::value* accounts = body.if_contains("launch_accounts")) {
        ami.launch_accounts = json::value_to<std::vector<std::string>>(*accounts);
    }
    for (const auto& [name, member] : later_texts) {
        if (body.contains(name)) {
            ami.*member = text_of(body, name);
        }
    }
    for (const json::value& item : body.at("devices").as_array()) {
        const json::object& device = item.as_object();
        ami.devices.push_back({text_of(device, "device_name"), text_of(device, "snapshot_id"),
                               device.at("volume_size_gib").to_number<std::int64_t>()});
    }
}

AmiRow read(const db::Row& row) {
    AmiRow ami{.id = row.integer(0),
               .region = row.text(1),
               .image_id = row.text(2),
               .owner = row.text(3),
               .name = row.text(4),
               .state = row.text(5),
               .created_ms = row.integer(6)};
    read_body(row.text(7), ami);
    return ami;
}

std::optional<AmiRow> read(const std::optional<db::Row>& row) {
    return row ? std::optional(read(*row)) : std::nullopt;
}

}  // namespace

bool may_launch(const AmiRow& ami, std::string_view account) {
    return ami.owner == account || ami.owner == "amazon" || ami.is_public ||
           std::find(ami.launch_accounts.begin(), ami.launch_accounts.end(), account) !=
               ami.launch_accounts.end();
}

void insert_ami(db::Connection& connection, AmiRow& ami) {
    const auto row = connection.query_one(
        insert_sql,
        {ami.region, ami.image_id, ami.owner, ami.name, ami.state, ami.created_ms, body_of(ami)});
    ami.id = row->integer(0);
}

void update_ami(db::Connection& connection, const AmiRow& ami) {
    connection.execute(update_sql,
                       {ami.region, ami.image_id, ami.owner, ami.name, ami.state, body_of(ami)});
}

bool erase_ami(db::Connection& connection, std::string_view region, std::string_view image_id) {
    return connection.execute(erase_sql, {region, image_id}) > 0;
}

std::optional<AmiRow> find_ami(db::Connection& connection, std::string_view region,
                               std::string_view image_id) {
    return read(connection.query_one(find_sql, {region, image_id}));
}

std::optional<AmiRow> find_ami_by_name(db::Connection& connection, std::string_view region,
                                       std::string_view owner, std::string_view name) {
    return read(connection.query_one(find_by_name_sql, {region, owner, name}));
}

std::vector<AmiRow> page_amis(db::Connection& connection, std::string_view region,
                              std::int64_t before, int limit) {
    std::vector<AmiRow> amis;
    for (const db::Row& row : connection.query(page_sql, {region, before, limit})) {
        amis.push_back(read(row));
    }
    return amis;
}

}  // namespace goldsmith::state
