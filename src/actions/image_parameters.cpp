#include "actions/image_parameters.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "db/database.h"
#include "state/parameters.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;

constexpr std::size_t most_versions = 100;

struct Wanted {
    std::string name;
    std::string data_type;
    std::string ami;
};

std::string text_of(const json::object& object, const char* name, const std::string& otherwise) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? otherwise : std::string(value->as_string());
}

/// Inserts the parameter, or counts its versions up. Throws base::Error for one of another type.
state::ParameterRow next_version(db::Connection& connection, const state::Scope& scope,
                                 const Wanted& wanted) {
    auto row = state::find_parameter(connection, scope, wanted.name);
    if (!row) {
        row = state::ParameterRow{.scope = scope,
                                  .name = wanted.name,
                                  .type = "String",
                                  .data_type = wanted.data_type,
                                  .last_version = 1};
        state::insert_parameter(connection, *row);
        return *row;
    }
    if (row->type != "String") {
        throw base::Error("the parameter " + wanted.name + " is a " + row->type +
                          ", not a String; delete it or name another");
    }
    const auto versions = state::parameter_versions(connection, row->id);
    if (versions.size() >= most_versions && versions.front().labels.empty()) {
        state::erase_parameter_version(connection, row->id, versions.front().version);
    }
    row->data_type = wanted.data_type;
    ++row->last_version;
    state::update_parameter(connection, *row);
    return *row;
}

void put_one(db::Connection& connection, const state::Scope& scope, const Wanted& wanted,
             const std::string& by, std::int64_t now_ms) {
    if (const auto row = state::find_parameter(connection, scope, wanted.name)) {
        const auto latest = state::find_parameter_version(connection, row->id, row->last_version);
        if (latest && latest->value == wanted.ami && row->data_type == wanted.data_type) {
            return;
        }
    }
    const auto row = next_version(connection, scope, wanted);
    state::put_parameter_version(connection, {.parameter_id = row.id,
                                              .version = row.last_version,
                                              .value = wanted.ami,
                                              .description = "The AMI of " + by,
                                              .modified_ms = now_ms,
                                              .modified_by = by,
                                              .labels = {}});
}

}  // namespace

std::string put_image_parameters(World& world, const DistributedImages& images,
                                 const json::object& configuration) {
    const std::string region(configuration.at("region").as_string());
    const auto ami = images.amis.find(region);
    if (ami == images.amis.end()) {
        return "no image was distributed to " + region;
    }
    const std::int64_t now_ms = world.clock.now().time_since_epoch().count();
    try {
        world.database.write([&](db::Transaction& transaction) {
            for (const json::value& each :
                 configuration.at("ssmParameterConfigurations").as_array()) {
                const json::object& entry = each.as_object();
                const auto account = text_of(entry, "amiAccountId", images.account);
                if (account != images.account) {
                    throw base::Error("the parameter " + text_of(entry, "parameterName", "") +
                                      " of account " + account +
                                      " cannot be written: its distribution role cannot be "
                                      "assumed");
                }
                put_one(transaction, {account, region},
                        {text_of(entry, "parameterName", ""),
                         text_of(entry, "dataType", "aws:ec2:image"), ami->second},
                        images.image_arn, now_ms);
            }
        });
    } catch (const std::exception& error) {
        return base::error_chain(error);
    }
    return {};
}

}  // namespace goldsmith::actions
