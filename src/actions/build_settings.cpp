#include "actions/build_settings.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace json = boost::json;

namespace {

const json::value* find(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && !value->is_null() ? value : nullptr;
}

std::string text(const json::object& object, std::string_view name, std::string fallback = {}) {
    const json::value* value = find(object, name);
    return value != nullptr ? std::string(value->as_string()) : std::move(fallback);
}

json::object object_at(const json::object& object, std::string_view name) {
    const json::value* value = find(object, name);
    return value != nullptr ? value->as_object() : json::object{};
}

json::array array_at(const json::object& object, std::string_view name) {
    const json::value* value = find(object, name);
    return value != nullptr ? value->as_array() : json::array{};
}

std::vector<std::string> texts(const json::object& object, std::string_view name) {
    return json::value_to<std::vector<std::string>>(json::value(array_at(object, name)));
}

std::map<std::string, std::string> text_map(const json::object& object, std::string_view name) {
    std::map<std::string, std::string> map;
    for (const auto& [key, value] : object_at(object, name)) {
        map[key] = value.as_string();
    }
    return map;
}

Parent parent_of(const json::object& object) {
    Parent parent;
    parent.kind = text(object, "kind") == "managed" ? Parent::Kind::managed : Parent::Kind::ami;
    parent.name = text(object, "name");
    parent.version = text(object, "version", "x.x.x");
    parent.image_id = text(object, "imageId");
    return parent;
}

PlannedComponent component_of(const json::object& object) {
    return {text(object, "arn"), text(object, "name"), text(object, "data"),
            text_map(object, "parameters")};
}

/// The size that the recipe wants for the root volume: its first mapping with a size.
std::optional<std::int64_t> root_volume_of(const json::object& recipe) {
    for (const json::value& mapping : array_at(recipe, "blockDeviceMappings")) {
        const json::object ebs = object_at(mapping.as_object(), "ebs");
        if (const json::value* size = find(ebs, "volumeSize")) {
            return size->to_number<std::int64_t>();
        }
    }
    return std::nullopt;
}

void read_recipe(const json::object& recipe, BuildSettings& settings) {
    settings.working_directory = text(recipe, "workingDirectory", "/tmp");
    settings.root_volume_gib = root_volume_of(recipe);
    settings.recipe_ami_tags = text_map(recipe, "amiTags");
    settings.user_data =
        text(object_at(recipe, "additionalInstanceConfiguration"), "userDataOverride");
}

void read_infrastructure(const json::object& infrastructure, BuildSettings& settings) {
    settings.instance_types = texts(infrastructure, "instanceTypes");
    settings.resource_tags = text_map(infrastructure, "resourceTags");
    settings.instance_profile = text(infrastructure, "instanceProfileName");
    if (const std::string subnet = text(infrastructure, "subnetId"); !subnet.empty()) {
        settings.subnet = subnet;
    }
    settings.security_groups = texts(infrastructure, "securityGroupIds");
    const json::object metadata = object_at(infrastructure, "instanceMetadataOptions");
    settings.metadata_tokens_required = text(metadata, "httpTokens") == "required";
    if (const json::value* limit = find(metadata, "httpPutResponseHopLimit")) {
        settings.metadata_hop_limit = limit->to_number<std::int64_t>();
    }
    if (const json::value* value = find(infrastructure, "terminateInstanceOnFailure")) {
        settings.terminate_on_failure = value->as_bool();
    }
}

BuildSettings read(const json::object& object) {
    BuildSettings settings;
    settings.account = text(object, "account");
    settings.region = text(object, "region");
    const json::object image = object_at(object, "image");
    settings.image_arn = text(image, "arn");
    settings.image_name = text(image, "name");
    settings.image_version = text(image, "version");
    if (const json::value* build = find(image, "build")) {
        settings.image_build = build->to_number<std::int64_t>();
    }
    settings.image_created_at = base::parse_iso8601(text(image, "dateCreated"));
    settings.parent = parent_of(object_at(object, "parent"));
    for (const json::value& component : array_at(object, "components")) {
        settings.components.push_back(component_of(component.as_object()));
    }
    for (const json::value& value : array_at(object, "nestedComponents")) {
        const json::object& nested = value.as_object();
        settings.nested_components.push_back(
            {text(nested, "arn"), text(nested, "resolvedArn"), text(nested, "data")});
    }
    read_recipe(object_at(object, "recipe"), settings);
    read_infrastructure(object_at(object, "infrastructure"), settings);
    if (const json::value* distribution = find(object, "distribution")) {
        settings.distributions.emplace();
        for (const json::value& entry : array_at(distribution->as_object(), "distributions")) {
            settings.distributions->push_back(planned_distribution(entry.as_object()));
        }
    }
    settings.log_group = text(object, "logGroup");
    settings.log_stream = text(object, "logStream");
    settings.source_image_id = text(object, "sourceImageId");
    return settings;
}

}  // namespace

PlannedDistribution planned_distribution(const json::object& distribution) {
    PlannedDistribution planned;
    planned.region = text(distribution, "region");
    const json::object ami = object_at(distribution, "amiDistributionConfiguration");
    planned.name = text(ami, "name");
    planned.description = text(ami, "description");
    planned.ami_tags = text_map(ami, "amiTags");
    planned.target_accounts = texts(ami, "targetAccountIds");
    const json::object permission = object_at(ami, "launchPermission");
    planned.launch_users = texts(permission, "userIds");
    planned.launch_groups = texts(permission, "userGroups");
    return planned;
}

BuildSettings build_settings(const workflow::Plan& plan) {
    try {
        return read(plan.settings);
    } catch (...) {
        base::throw_with_context("read the settings of the plan of " + plan.image_arn);
    }
}

}  // namespace goldsmith::actions
