#include "service/ec2/template_lookup.h"

#include <charconv>

#include "api/generated/ec2/errors.h"
#include "api/generated/ec2/launch_templates_json.h"
#include "service/body.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

std::int64_t version_number(const state::LaunchTemplateRow& row, const std::string& version) {
    if (version == "$Default") {
        return row.default_version;
    }
    std::int64_t number = 0;
    const char* end = version.data() + version.size();
    const auto [read, error] = std::from_chars(version.data(), end, number);
    if (error != std::errc{} || read != end || number < 1) {
        throw ec2::InvalidParameterValue("'" + version +
                                         "' is no version of a launch template: $Latest, $Default "
                                         "or a number.");
    }
    return number;
}

template <class Member>
void fill_in(std::optional<Member>& request, const std::optional<Member>& from_template) {
    if (!request) {
        request = from_template;
    }
}

/// Tags of both, where both speak of one type of resource; the request's win.
void fill_in_tags(std::optional<std::vector<ec2::TagSpecification>>& request,
                  const std::optional<std::vector<ec2::TagSpecification>>& from_template) {
    if (!request || !from_template) {
        fill_in(request, from_template);
        return;
    }
    for (const ec2::TagSpecification& added : *from_template) {
        ec2::TagSpecification* present = nullptr;
        for (ec2::TagSpecification& each : *request) {
            present = each.resource_type == added.resource_type ? &each : present;
        }
        if (present == nullptr) {
            request->push_back(added);
            continue;
        }
        auto tags = present->tags.value_or(std::vector<ec2::Tag>{});
        for (const ec2::Tag& tag : added.tags.value_or(std::vector<ec2::Tag>{})) {
            bool is_there = false;
            for (const ec2::Tag& each : tags) {
                is_there = is_there || each.key == tag.key;
            }
            if (!is_there) {
                tags.push_back(tag);
            }
        }
        present->tags = std::move(tags);
    }
}

}  // namespace

state::LaunchTemplateRow require_template(db::Connection& connection,
                                          const api::CallContext& context,
                                          const std::optional<std::string>& id,
                                          const std::optional<std::string>& name) {
    if (id.has_value() == name.has_value()) {
        throw ec2::MissingParameter(
            "The request must contain either LaunchTemplateId or LaunchTemplateName.");
    }
    const state::Scope scope{context.account, context.region};
    if (id && !id->starts_with("lt-")) {
        throw ec2::InvalidLaunchTemplateIdMalformed("Invalid id: \"" + *id +
                                                    "\" (expecting \"lt-...\")");
    }
    auto row = id ? state::find_launch_template(connection, scope, *id)
                  : state::find_launch_template_by_name(connection, scope, *name);
    if (!row && id) {
        throw ec2::InvalidLaunchTemplateIdNotFound(
            "The specified launch template, with template "
            "ID " +
            *id + ", does not exist.");
    }
    if (!row) {
        throw ec2::InvalidLaunchTemplateNameNotFound(
            "The specified launch template, with template name " + *name + ", does not exist.");
    }
    return std::move(*row);
}

std::optional<state::LaunchTemplateVersionRow> find_template_version(
    db::Connection& connection, const state::LaunchTemplateRow& row, const std::string& version) {
    if (version == "$Latest") {
        return state::launch_template_versions(connection, row.template_id).front();
    }
    return state::find_launch_template_version(connection, row.template_id,
                                               version_number(row, version));
}

state::LaunchTemplateVersionRow require_template_version(db::Connection& connection,
                                                         const state::LaunchTemplateRow& row,
                                                         const std::string& version) {
    auto found = find_template_version(connection, row, version);
    if (!found) {
        throw ec2::InvalidLaunchTemplateIdVersionNotFound(
            "Could not find the specified version " + version +
            " for the launch template with ID " + row.template_id + ".");
    }
    return std::move(*found);
}

ec2::RunInstancesRequest with_template(db::Connection& connection, const api::CallContext& context,
                                       const ec2::RunInstancesRequest& request) {
    if (!request.launch_template) {
        return request;
    }
    const auto row =
        require_template(connection, context, request.launch_template->launch_template_id,
                         request.launch_template->launch_template_name);
    const auto version = require_template_version(
        connection, row, request.launch_template->version.value_or("$Default"));
    const auto data = from_body<ec2::LaunchTemplateData>(version.data);
    ec2::RunInstancesRequest merged = request;
    fill_in(merged.block_device_mappings, data.block_device_mappings);
    fill_in(merged.disable_api_stop, data.disable_api_stop);
    fill_in(merged.disable_api_termination, data.disable_api_termination);
    fill_in(merged.ebs_optimized, data.ebs_optimized);
    fill_in(merged.iam_instance_profile, data.iam_instance_profile);
    fill_in(merged.image_id, data.image_id);
    fill_in(merged.instance_initiated_shutdown_behavior, data.instance_initiated_shutdown_behavior);
    fill_in(merged.instance_type, data.instance_type);
    fill_in(merged.key_name, data.key_name);
    fill_in(merged.metadata_options, data.metadata_options);
    fill_in(merged.monitoring, data.monitoring);
    if (!merged.subnet_id) {
        fill_in(merged.network_interfaces, data.network_interfaces);
    }
    fill_in(merged.placement, data.placement);
    if (!merged.security_group_ids && !merged.security_groups) {
        fill_in(merged.security_group_ids, data.security_group_ids);
        fill_in(merged.security_groups, data.security_groups);
    }
    fill_in_tags(merged.tag_specifications, data.tag_specifications);
    fill_in(merged.user_data, data.user_data);
    return merged;
}

}  // namespace goldsmith::service::ec2
