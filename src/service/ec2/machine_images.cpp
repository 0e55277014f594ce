#include "service/ec2/machine_images.h"

#include <algorithm>

#include "api/generated/ec2/machine_images_json.h"
#include "db/database.h"
#include "service/ec2/ami_changes.h"
#include "service/ec2/describe.h"
#include "service/ec2/image_attributes.h"
#include "service/ec2/image_making.h"
#include "service/ec2/snapshot_removal.h"
#include "service/milliseconds.h"
#include "state/amis.h"
#include "store/region_set.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr api::FilterRule filter_rules[] = {{"architecture", api::Match::glob},
                                            {"description", api::Match::glob},
                                            {"image-id", api::Match::glob},
                                            {"image-type", api::Match::glob},
                                            {"is-public", api::Match::glob},
                                            {"name", api::Match::glob},
                                            {"owner-alias", api::Match::glob},
                                            {"owner-id", api::Match::glob},
                                            {"root-device-name", api::Match::glob},
                                            {"root-device-type", api::Match::glob},
                                            {"source-image-id", api::Match::glob},
                                            {"state", api::Match::glob},
                                            {"tag-key", api::Match::glob},
                                            {"tag:*", api::Match::glob},
                                            {"virtualization-type", api::Match::glob},
                                            {"block-device-mapping.snapshot-id", api::Match::glob}};

bool visible(const api::CallContext& context, const state::AmiRow& ami) {
    return state::may_launch(ami, context.account);
}

std::vector<std::string> filter_values(const state::AmiRow& ami, const state::TagMap& tags,
                                       std::string_view name) {
    if (auto values = tag_filter_values(tags, name)) {
        return *values;
    }
    if (name == "block-device-mapping.snapshot-id") {
        return snapshots_of(ami);
    }
    const std::map<std::string_view, std::string> values{
        {"architecture", ami.architecture},
        {"description", ami.description},
        {"image-id", ami.image_id},
        {"image-type", "machine"},
        {"is-public", ami.is_public ? "true" : "false"},
        {"name", ami.name},
        {"owner-alias", ami.owner == "amazon" ? "amazon" : ""},
        {"owner-id", ami.owner},
        {"root-device-name", ami.root_device_name},
        {"root-device-type", "ebs"},
        {"source-image-id", ami.source_image_id},
        {"state", ami.state},
        {"virtualization-type", "hvm"}};
    return {values.at(name)};
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

template <class Enum>
std::optional<Enum> enum_of(const std::string& text) {
    Enum value{};
    return from_string(text, value) ? std::optional(value) : std::nullopt;
}

ec2::Image view(const state::AmiRow& ami, const state::TagMap& tags) {
    ec2::Image image{.image_id = ami.image_id,
                     .image_location = ami.owner + "/" + ami.name,
                     .state = enum_of<ec2::ImageState>(ami.state),
                     .owner_id = ami.owner,
                     .creation_date = base::format_iso8601(from_ms(ami.created_ms)),
                     .public_ = ami.is_public,
                     .architecture = enum_of<ec2::Architecture>(ami.architecture),
                     .image_type = ec2::ImageType::machine,
                     .platform_details = ami.platform_details,
                     .usage_operation = "RunInstances",
                     .name = ami.name,
                     .description = unless_empty(ami.description),
                     .root_device_name = unless_empty(ami.root_device_name),
                     .root_device_type = ec2::DeviceType::ebs,
                     .virtualization_type = ec2::VirtualizationType::hvm,
                     .hypervisor = ec2::HypervisorType::xen,
                     .ena_support = true,
                     .boot_mode = enum_of<ec2::BootMode>(ami.boot_mode),
                     .tpm_support = unless_empty(ami.tpm_support),
                     .imds_support = unless_empty(ami.imds_support),
                     .source_image_id = unless_empty(ami.source_image_id),
                     .source_image_region = unless_empty(ami.source_image_region),
                     .source_instance_id = unless_empty(ami.source_instance_id),
                     .tags = to_tags(tags),
                     .block_device_mappings = devices_of(ami)};
    if (!ami.state_reason.empty()) {
        image.state_reason =
            ec2::StateReason{.code = "Server.InternalError", .message = ami.state_reason};
    }
    if (ami.owner == "amazon") {
        image.owner_alias = "amazon";
    }
    if (ami.deprecation_ms) {
        image.deprecation_time = base::format_iso8601(from_ms(*ami.deprecation_ms));
    }
    return image;
}

void require_image_id(const std::string& id) {
    if (!id.starts_with("ami-")) {
        throw ec2::InvalidAmiIdMalformed("Invalid id: \"" + id + "\" (expecting \"ami-...\")");
    }
}

[[noreturn]] void throw_no_image(const std::string& id) {
    throw ec2::InvalidAmiIdNotFound("The image id '[" + id + "]' does not exist");
}

state::AmiRow require_image(db::Connection& connection, const api::CallContext& context,
                            const std::string& id) {
    require_image_id(id);
    auto ami = state::find_ami(connection, context.region, id);
    if (!ami || !visible(context, *ami)) {
        throw_no_image(id);
    }
    return std::move(*ami);
}

void require_owner(const api::CallContext& context, const state::AmiRow& ami) {
    if (ami.owner != context.account) {
        throw ec2::UnauthorizedOperation("The image '" + ami.image_id +
                                         "' belongs to somebody else.");
    }
}

/// Disabled AMIs are left out unless asked for, deprecated ones too except before their owner.
bool listed(const api::CallContext& context, const ec2::DescribeImagesRequest& request,
            const state::AmiRow& ami) {
    if (ami.state == "disabled" && !request.include_disabled.value_or(false)) {
        return false;
    }
    const bool deprecated = ami.deprecation_ms && from_ms(*ami.deprecation_ms) <= context.now;
    return !deprecated || ami.owner == context.account ||
           request.include_deprecated.value_or(false);
}

/// Whether one of these (absent: everybody) has a launch permission of its own: "all", "self" or an
/// account.
bool executable_by(const api::CallContext& context,
                   const std::optional<std::vector<std::string>>& users, const state::AmiRow& ami) {
    const auto has_permission = [&](const std::string& user) {
        const std::string& account = user == "self" ? context.account : user;
        return user == "all"
                   ? ami.is_public
                   : std::ranges::find(ami.launch_accounts, account) != ami.launch_accounts.end();
    };
    return !users || users->empty() || std::ranges::any_of(*users, has_permission);
}

bool wanted(const std::optional<std::vector<std::string>>& ids, const std::string& id) {
    return !ids || ids->empty() || std::find(ids->begin(), ids->end(), id) != ids->end();
}

state::TagMap ami_tags(db::Connection& connection, const state::AmiRow& ami) {
    return state::tags_of(connection, state::ec2_arn(ami.region, "image", ami.image_id));
}

}  // namespace

ec2::DescribeImagesResponse MachineImageFamily::describe_images(
    const api::CallContext& context, const ec2::DescribeImagesRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        for (const std::string& id : request.image_ids.value_or(std::vector<std::string>{})) {
            require_image(connection, context, id);
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_amis(connection, context.region, before, limit);
        };
        const auto keep = [&](const state::AmiRow& ami) {
            if (!listed(context, request, ami) || !visible(context, ami) ||
                !wanted(request.image_ids, ami.image_id) ||
                !owner_matches(context, request.owners, ami.owner) ||
                !executable_by(context, request.executable_users, ami)) {
                return false;
            }
            const auto tags = filters.empty() ? state::TagMap{} : ami_tags(connection, ami);
            return filters.matches(
                [&](std::string_view name) { return filter_values(ami, tags, name); });
        };
        auto page = describe_page(dependencies_.page_tokens, context, "DescribeImages", request,
                                  fetch, keep);
        ec2::DescribeImagesResponse response{.images = std::vector<ec2::Image>{},
                                             .next_token = page.next_token};
        for (const auto& ami : page.items) {
            response.images->push_back(view(ami, ami_tags(connection, ami)));
        }
        return response;
    });
}

ec2::DescribeImageAttributeResponse MachineImageFamily::describe_image_attribute(
    const api::CallContext& context, const ec2::DescribeImageAttributeRequest& request) {
    stop_if_dry_run(request.dry_run);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto ami = require_image(connection, context, request.image_id);
        if (request.attribute == ec2::ImageAttributeName::launch_permission) {
            require_owner(context, ami);
        }
        return image_attribute(connection, ami, request.attribute);
    });
}

ec2::DeregisterImageResponse MachineImageFamily::deregister_image(
    const api::CallContext& context, const ec2::DeregisterImageRequest& request) {
    stop_if_dry_run(request.dry_run);
    const state::Scope scope{context.account, context.region};
    dependencies_.database.read([&](db::Connection& connection) {
        require_owner(context, require_image(connection, context, request.image_id));
    });
    const auto ami = remove_ami(dependencies_, scope, request.image_id);
    if (!ami) {
        throw_no_image(request.image_id);  // somebody was faster
    }
    ec2::DeregisterImageResponse response{.return_ = true};
    if (request.delete_associated_snapshots.value_or(false)) {
        response.delete_snapshot_results = std::vector<ec2::DeleteSnapshotResult>{};
        for (const std::string& id : snapshots_of(*ami)) {
            const bool removed =
                remove_snapshot(dependencies_, scope, id) == SnapshotRemoval::removed;
            response.delete_snapshot_results->push_back(
                {.snapshot_id = id,
                 .return_code = removed ? ec2::SnapshotReturnCode::success
                                        : ec2::SnapshotReturnCode::skipped});
        }
    }
    return response;
}

template <class Change>
void MachineImageFamily::change_own(const api::CallContext& context, const std::string& image_id,
                                    const std::optional<bool>& dry_run, Change change) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto ami = require_image(transaction, context, image_id);
        require_owner(context, ami);
        stop_if_dry_run(dry_run);
        change(static_cast<db::Connection&>(transaction), std::move(ami));
    });
}

ec2::ModifyImageAttributeResponse MachineImageFamily::modify_image_attribute(
    const api::CallContext& context, const ec2::ModifyImageAttributeRequest& request) {
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   modify_image(ami, request);
                   state::update_ami(connection, ami);
               });
    return {.return_ = true};
}

ec2::ResetImageAttributeResponse MachineImageFamily::reset_image_attribute(
    const api::CallContext& context, const ec2::ResetImageAttributeRequest& request) {
    if (request.attribute != ec2::ImageAttributeName::launch_permission) {
        throw ec2::InvalidParameterValue("Only launchPermission can be reset.");
    }
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   reset_launch_permissions(ami);
                   state::update_ami(connection, ami);
               });
    return {.return_ = true};
}

ec2::EnableImageDeprecationResponse MachineImageFamily::enable_image_deprecation(
    const api::CallContext& context, const ec2::EnableImageDeprecationRequest& request) {
    constexpr std::chrono::hours ten_years{24 * 3653};
    if (request.deprecate_at <= context.now || request.deprecate_at > context.now + ten_years) {
        throw ec2::InvalidParameterValue(
            "DeprecateAt must be in the future and within the next ten years.");
    }
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   // EC2 rounds to the minute.
                   constexpr std::int64_t minute_ms = 60'000;
                   ami.deprecation_ms =
                       (to_ms(request.deprecate_at) + minute_ms / 2) / minute_ms * minute_ms;
                   state::update_ami(connection, ami);
               });
    return {.return_ = true};
}

ec2::DisableImageDeprecationResponse MachineImageFamily::disable_image_deprecation(
    const api::CallContext& context, const ec2::DisableImageDeprecationRequest& request) {
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   ami.deprecation_ms.reset();
                   state::update_ami(connection, ami);
               });
    return {.return_ = true};
}

ec2::DisableImageResponse MachineImageFamily::disable_image(
    const api::CallContext& context, const ec2::DisableImageRequest& request) {
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   if (ami.state != "available" && ami.state != "disabled") {
                       throw ec2::InvalidAmiIdUnavailable("The image '" + ami.image_id + "' is " +
                                                          ami.state + ".");
                   }
                   ami.launch_accounts.clear();
                   disable_ami(connection, std::move(ami));
               });
    return {.return_ = true};
}

ec2::EnableImageResponse MachineImageFamily::enable_image(const api::CallContext& context,
                                                          const ec2::EnableImageRequest& request) {
    change_own(context, request.image_id, request.dry_run,
               [&](db::Connection& connection, state::AmiRow ami) {
                   if (ami.state != "available" && ami.state != "disabled") {
                       throw ec2::InvalidAmiIdUnavailable("The image '" + ami.image_id + "' is " +
                                                          ami.state + ".");
                   }
                   ami.state = "available";
                   state::update_ami(connection, ami);
               });
    return {.return_ = true};
}

ec2::EnableFastLaunchResponse MachineImageFamily::enable_fast_launch(
    const api::CallContext& context, const ec2::EnableFastLaunchRequest& request) {
    dependencies_.database.read([&](db::Connection& connection) {
        require_owner(context, require_image(connection, context, request.image_id));
    });
    stop_if_dry_run(request.dry_run);
    throw ec2::UnsupportedOperation(
        "Fast launch is for Windows images; every image starts from a copy-on-write disk here.");
}

ec2::DescribeFastLaunchImagesResponse MachineImageFamily::describe_fast_launch_images(
    const api::CallContext&, const ec2::DescribeFastLaunchImagesRequest& request) {
    stop_if_dry_run(request.dry_run);
    static constexpr api::FilterRule rules[] = {{"resource-type", api::Match::glob},
                                                {"owner-id", api::Match::glob},
                                                {"state", api::Match::glob}};
    api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, rules);
    return {.fast_launch_images = std::vector<ec2::FastLaunchImage>{}};
}

ec2::RegisterImageResponse MachineImageFamily::register_image(
    const api::CallContext& context, const ec2::RegisterImageRequest& request) {
    return service::ec2::register_image(dependencies_, context, request);
}

ec2::CreateImageResponse MachineImageFamily::create_image(const api::CallContext& context,
                                                          const ec2::CreateImageRequest& request) {
    return service::ec2::create_image(dependencies_, context, request);
}

ec2::CopyImageResponse MachineImageFamily::copy_image(const api::CallContext& context,
                                                      const ec2::CopyImageRequest& request) {
    return service::ec2::copy_image(dependencies_, context, request);
}

}  // namespace goldsmith::service::ec2
