#include "service/ec2/launch_templates.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "api/generated/ec2/launch_templates_json.h"
#include "base/encoding.h"
#include "base/random.h"
#include "db/database.h"
#include "service/body.h"
#include "service/ec2/client_tokens.h"
#include "service/ec2/describe.h"
#include "service/ec2/tag_specifications.h"
#include "service/ec2/template_lookup.h"
#include "service/listing.h"
#include "service/milliseconds.h"
#include "state/launch_templates.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t id_digits = 17;

constexpr api::FilterRule filter_rules[] = {{"create-time", api::Match::glob},
                                            {"launch-template-name", api::Match::glob},
                                            {"launch-template-id", api::Match::glob},
                                            {"tag-key", api::Match::glob},
                                            {"tag:*", api::Match::glob}};
constexpr api::FilterRule version_filter_rules[] = {{"create-time", api::Match::glob},
                                                    {"image-id", api::Match::glob},
                                                    {"instance-type", api::Match::glob},
                                                    {"is-default-version", api::Match::glob},
                                                    {"ebs-optimized", api::Match::glob}};

state::Scope scope_of(const api::CallContext& context) {
    return {context.account, context.region};
}

std::string arn_of(const state::LaunchTemplateRow& row) {
    return state::ec2_arn(row.scope.region, "launch-template", row.template_id);
}

ec2::LaunchTemplate view(db::Connection& connection, const state::LaunchTemplateRow& row) {
    return {.launch_template_id = row.template_id,
            .launch_template_name = row.name,
            .create_time = from_ms(row.created_ms),
            .created_by = row.created_by,
            .default_version_number = row.default_version,
            .latest_version_number = row.latest_version,
            .tags = to_tags(state::tags_of(connection, arn_of(row)))};
}

ec2::LaunchTemplateVersion view(const state::LaunchTemplateRow& row,
                                const state::LaunchTemplateVersionRow& version) {
    return {.launch_template_id = row.template_id,
            .launch_template_name = row.name,
            .version_number = version.version,
            .version_description =
                version.description.empty() ? std::nullopt : std::optional(version.description),
            .create_time = from_ms(version.created_ms),
            .created_by = version.created_by,
            .default_version = version.version == row.default_version,
            .launch_template_data = from_body<ec2::LaunchTemplateData>(version.data)};
}

/// What would fail at every launch is refused at once.
void check_data(const ec2::LaunchTemplateData& data) {
    if (data.user_data && !base::base64_decode(*data.user_data)) {
        throw ec2::InvalidParameterValue("The user data of a launch template is base64.");
    }
    if (data.image_id && !data.image_id->starts_with("ami-") &&
        !data.image_id->starts_with("resolve:ssm:")) {
        throw ec2::InvalidAmiIdMalformed("Invalid id: \"" + *data.image_id +
                                         "\" (expecting \"ami-...\")");
    }
    if (data.image_id && data.image_id->starts_with("resolve:ssm:")) {
        throw ec2::UnsupportedOperation(
            "Launch templates that name a parameter (resolve:ssm:) are not offered by this "
            "server.");
    }
    for (const auto type : {ec2::ResourceType::instance}) {
        specified_tags(data.tag_specifications, type,
                       {ec2::ResourceType::instance, ec2::ResourceType::volume,
                        ec2::ResourceType::network_interface});
    }
}

/// The data of `source` with what `given` says over it.
ec2::LaunchTemplateData over(const std::string& source, const ec2::LaunchTemplateData& given) {
    boost::json::object merged = boost::json::parse(source).as_object();
    for (const auto& member : to_json(given)) {
        merged[member.key()] = member.value();
    }
    return api::read<ec2::LaunchTemplateData>(merged);
}

std::vector<std::string> filter_values(const state::LaunchTemplateRow& row,
                                       const state::TagMap& tags, std::string_view name) {
    if (auto values = tag_filter_values(tags, name)) {
        return *values;
    }
    return {name == "create-time"            ? base::format_iso8601(from_ms(row.created_ms))
            : name == "launch-template-name" ? row.name
                                             : row.template_id};
}

std::vector<std::string> filter_values(const ec2::LaunchTemplateVersion& version,
                                       std::string_view name) {
    const auto& data = *version.launch_template_data;
    const auto text = [](bool value) { return std::string(value ? "true" : "false"); };
    const std::map<std::string_view, std::string> values{
        {"create-time", base::format_iso8601(*version.create_time)},
        {"image-id", data.image_id.value_or("")},
        {"instance-type", data.instance_type.value_or("")},
        {"is-default-version", text(*version.default_version)},
        {"ebs-optimized", text(data.ebs_optimized.value_or(false))}};
    return {values.at(name)};
}

/// The versions that a request means: named ones in its order, else those between the bounds,
/// newest first.
std::vector<state::LaunchTemplateVersionRow> meant_versions(
    db::Connection& connection, const state::LaunchTemplateRow& row,
    const ec2::DescribeLaunchTemplateVersionsRequest& request) {
    std::vector<state::LaunchTemplateVersionRow> versions;
    if (request.versions && !request.versions->empty()) {
        for (const std::string& version : *request.versions) {
            versions.push_back(require_template_version(connection, row, version));
        }
        return versions;
    }
    const auto bound = [](const std::optional<std::string>& text, std::int64_t otherwise) {
        return text && text->find_first_not_of("0123456789") == std::string::npos &&
                       text->size() < 19 && !text->empty()
                   ? std::stoll(*text)
                   : otherwise;
    };
    const std::int64_t least = bound(request.min_version, 1);
    const std::int64_t most = bound(request.max_version, row.latest_version);
    for (auto& version : state::launch_template_versions(connection, row.template_id)) {
        if (version.version >= least && version.version <= most) {
            versions.push_back(std::move(version));
        }
    }
    return versions;
}

/// Without a template: the versions `$Latest` and `$Default` of every template.
std::vector<ec2::LaunchTemplateVersion> versions_of_all(
    db::Connection& connection, const api::CallContext& context,
    const ec2::DescribeLaunchTemplateVersionsRequest& request) {
    std::vector<ec2::LaunchTemplateVersion> versions;
    const auto names = request.versions.value_or(std::vector<std::string>{});
    const bool fits = !names.empty() && std::ranges::all_of(names, [](const std::string& name) {
        return name == "$Latest" || name == "$Default";
    });
    if (!fits) {
        throw ec2::MissingParameter(
            "The request must contain LaunchTemplateId or LaunchTemplateName, or the versions "
            "$Latest or $Default.");
    }
    visit_rows(
        [&](std::int64_t before, int limit) {
            return state::page_launch_templates(connection, scope_of(context), before, limit);
        },
        [](const auto& row) { return row.id; },
        [&](const state::LaunchTemplateRow& row) {
            for (const std::string& name : names) {
                versions.push_back(view(row, require_template_version(connection, row, name)));
            }
            return true;
        });
    return versions;
}

}  // namespace

ec2::CreateLaunchTemplateResponse LaunchTemplateFamily::create_launch_template(
    const api::CallContext& context, const ec2::CreateLaunchTemplateRequest& request) {
    check_data(request.launch_template_data);
    const auto tags = specified_tags(request.tag_specifications, ec2::ResourceType::launch_template,
                                     {ec2::ResourceType::launch_template});
    return once_per_token(
        dependencies_.database, context, "CreateLaunchTemplate", request,
        [&](db::Transaction& transaction) {
            const auto& name = request.launch_template_name;
            if (state::find_launch_template_by_name(transaction, scope_of(context), name)) {
                throw ec2::InvalidLaunchTemplateNameAlreadyExists(
                    "Launch template name already in use: '" + name + "'.");
            }
            stop_if_dry_run(request.dry_run);
            const state::LaunchTemplateRow row{
                .template_id = "lt-" + base::make_hex_id(dependencies_.random, id_digits),
                .scope = scope_of(context),
                .name = name,
                .created_ms = to_ms(context.now),
                .created_by = context.principal_arn};
            state::insert_launch_template(transaction, row);
            state::insert_launch_template_version(
                transaction, {.template_id = row.template_id,
                              .description = request.version_description.value_or(""),
                              .created_ms = row.created_ms,
                              .created_by = row.created_by,
                              .data = to_body(request.launch_template_data)});
            state::put_tags(transaction, arn_of(row), tags);
            return ec2::CreateLaunchTemplateResponse{.launch_template = view(transaction, row)};
        });
}

ec2::CreateLaunchTemplateVersionResponse LaunchTemplateFamily::create_launch_template_version(
    const api::CallContext& context, const ec2::CreateLaunchTemplateVersionRequest& request) {
    check_data(request.launch_template_data);
    return once_per_token(
        dependencies_.database, context, "CreateLaunchTemplateVersion", request,
        [&](db::Transaction& transaction) {
            auto row = require_template(transaction, context, request.launch_template_id,
                                        request.launch_template_name);
            ec2::LaunchTemplateData data = request.launch_template_data;
            if (request.source_version) {
                data = over(
                    require_template_version(transaction, row, *request.source_version).data, data);
            }
            stop_if_dry_run(request.dry_run);
            row.latest_version += 1;
            state::update_launch_template(transaction, row);
            const state::LaunchTemplateVersionRow version{
                .template_id = row.template_id,
                .version = row.latest_version,
                .description = request.version_description.value_or(""),
                .created_ms = to_ms(context.now),
                .created_by = context.principal_arn,
                .data = to_body(data)};
            state::insert_launch_template_version(transaction, version);
            return ec2::CreateLaunchTemplateVersionResponse{.launch_template_version =
                                                                view(row, version)};
        });
}

ec2::DescribeLaunchTemplatesResponse LaunchTemplateFamily::describe_launch_templates(
    const api::CallContext& context, const ec2::DescribeLaunchTemplatesRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        std::vector<std::string> ids;
        for (const std::string& id :
             request.launch_template_ids.value_or(std::vector<std::string>{})) {
            ids.push_back(require_template(connection, context, id, std::nullopt).template_id);
        }
        for (const std::string& name :
             request.launch_template_names.value_or(std::vector<std::string>{})) {
            ids.push_back(require_template(connection, context, std::nullopt, name).template_id);
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_launch_templates(connection, scope_of(context), before, limit);
        };
        const auto keep = [&](const state::LaunchTemplateRow& row) {
            const bool named = ids.empty() || std::ranges::find(ids, row.template_id) != ids.end();
            const auto tags =
                filters.empty() ? state::TagMap{} : state::tags_of(connection, arn_of(row));
            return named && filters.matches([&](std::string_view name) {
                return filter_values(row, tags, name);
            });
        };
        auto page = describe_page(dependencies_.page_tokens, context, "DescribeLaunchTemplates",
                                  request, fetch, keep);
        ec2::DescribeLaunchTemplatesResponse response{
            .launch_templates = std::vector<ec2::LaunchTemplate>{}, .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.launch_templates->push_back(view(connection, row));
        }
        return response;
    });
}

ec2::DescribeLaunchTemplateVersionsResponse LaunchTemplateFamily::describe_launch_template_versions(
    const api::CallContext& context, const ec2::DescribeLaunchTemplateVersionsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, version_filter_rules);
    const auto scope = api::page_scope("DescribeLaunchTemplateVersions", context, request);
    const auto page = api::page_request<ec2::InvalidNextToken>(dependencies_.page_tokens, scope,
                                                               request, whole_list);
    return dependencies_.database.read([&](db::Connection& connection) {
        std::vector<ec2::LaunchTemplateVersion> versions;
        if (!request.launch_template_id && !request.launch_template_name) {
            versions = versions_of_all(connection, context, request);
        } else {
            const auto row = require_template(connection, context, request.launch_template_id,
                                              request.launch_template_name);
            for (const auto& version : meant_versions(connection, row, request)) {
                versions.push_back(view(row, version));
            }
        }
        std::erase_if(versions, [&](const auto& version) {
            return !filters.matches(
                [&](std::string_view name) { return filter_values(version, name); });
        });
        const auto key = [](const ec2::LaunchTemplateVersion& version) {
            return *version.launch_template_id + " " + std::to_string(*version.version_number);
        };
        if (page.after) {
            const auto last = std::ranges::find(versions, *page.after, key);
            versions.erase(versions.begin(), last == versions.end() ? last : last + 1);
        }
        auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(versions), key);
        return ec2::DescribeLaunchTemplateVersionsResponse{
            .launch_template_versions = std::move(cut.items), .next_token = cut.next_token};
    });
}

ec2::ModifyLaunchTemplateResponse LaunchTemplateFamily::modify_launch_template(
    const api::CallContext& context, const ec2::ModifyLaunchTemplateRequest& request) {
    return once_per_token(
        dependencies_.database, context, "ModifyLaunchTemplate", request,
        [&](db::Transaction& transaction) {
            auto row = require_template(transaction, context, request.launch_template_id,
                                        request.launch_template_name);
            if (!request.default_version) {
                throw ec2::MissingParameter("The request must contain SetDefaultVersion.");
            }
            row.default_version =
                require_template_version(transaction, row, *request.default_version).version;
            stop_if_dry_run(request.dry_run);
            state::update_launch_template(transaction, row);
            return ec2::ModifyLaunchTemplateResponse{.launch_template = view(transaction, row)};
        });
}

ec2::DeleteLaunchTemplateResponse LaunchTemplateFamily::delete_launch_template(
    const api::CallContext& context, const ec2::DeleteLaunchTemplateRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto row = require_template(transaction, context, request.launch_template_id,
                                          request.launch_template_name);
        stop_if_dry_run(request.dry_run);
        ec2::DeleteLaunchTemplateResponse response{.launch_template = view(transaction, row)};
        state::erase_launch_template(transaction, row.template_id);
        state::erase_tags(transaction, arn_of(row));
        return response;
    });
}

ec2::DeleteLaunchTemplateVersionsResponse LaunchTemplateFamily::delete_launch_template_versions(
    const api::CallContext& context, const ec2::DeleteLaunchTemplateVersionsRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        auto row = require_template(transaction, context, request.launch_template_id,
                                    request.launch_template_name);
        ec2::DeleteLaunchTemplateVersionsResponse response{
            .successfully_deleted_launch_template_versions = std::vector<ec2::DeletedVersion>{},
            .unsuccessfully_deleted_launch_template_versions =
                std::vector<ec2::UndeletedVersion>{}};
        const auto refuse = [&](const std::string& name, const char* code, std::string why) {
            std::int64_t number = 0;
            std::from_chars(name.data(), name.data() + name.size(), number);
            response.unsuccessfully_deleted_launch_template_versions->push_back(
                {.launch_template_id = row.template_id,
                 .launch_template_name = row.name,
                 .version_number = number,
                 .response_error = ec2::ResponseError{.code = code, .message = std::move(why)}});
        };
        for (const std::string& name : request.versions) {
            const auto version = find_template_version(transaction, row, name);
            if (!version) {
                refuse(name, "launchTemplateVersionDoesNotExist",
                       "The version " + name + " does not exist.");
            } else if (version->version == row.default_version) {
                refuse(name, "unexpectedError",
                       "The default version of a launch template cannot be deleted.");
            } else {
                state::erase_launch_template_version(transaction, row.template_id,
                                                     version->version);
                response.successfully_deleted_launch_template_versions->push_back(
                    {.launch_template_id = row.template_id,
                     .launch_template_name = row.name,
                     .version_number = version->version});
            }
        }
        stop_if_dry_run(request.dry_run);
        return response;
    });
}

}  // namespace goldsmith::service::ec2
