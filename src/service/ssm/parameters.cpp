#include "service/ssm/parameters.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ssm/errors.h"
#include "api/generated/ssm/parameters_json.h"
#include "base/sealing.h"
#include "db/database.h"
#include "service/milliseconds.h"
#include "service/ssm/parameter_filters.h"
#include "service/ssm/parameter_lookup.h"
#include "service/ssm/put_parameter.h"
#include "state/amis.h"
#include "state/tags.h"

namespace goldsmith::service::ssm {

namespace gen = api::ssm;

namespace {

constexpr std::string_view image_type = "aws:ec2:image";
constexpr std::size_t standard_bytes = 4096;
constexpr std::size_t advanced_bytes = 8192;

state::Scope scope_of(const api::CallContext& context) {
    return {context.account, context.region};
}

gen::ParameterType type_of(const state::ParameterRow& row) {
    gen::ParameterType type{};
    gen::from_string(row.type, type);
    return type;
}

gen::ParameterTier tier_of(const std::string& text) {
    gen::ParameterTier tier{};
    gen::from_string(text, tier);
    return tier;
}

std::optional<std::string> key_of(const state::ParameterRow& row) {
    return row.type == "SecureString" ? std::optional<std::string>("alias/aws/ssm") : std::nullopt;
}

void check_value(const gen::PutParameterRequest& request) {
    if (request.value.empty()) {
        throw gen::ValidationException("Value must not be empty.");
    }
    const bool advanced = request.tier && *request.tier != gen::ParameterTier::standard;
    const std::size_t limit = advanced ? advanced_bytes : standard_bytes;
    if (request.value.size() > limit) {
        throw gen::ValidationException(
            "Standard tier parameters support a maximum parameter value "
            "of 4096 characters, Advanced ones 8192; this value has " +
            std::to_string(request.value.size()) + ".");
    }
}

void check_offered(const gen::PutParameterRequest& request) {
    if (request.policies && *request.policies != "[]" && !request.policies->empty()) {
        throw gen::ValidationException("Parameter policies are not offered by this server.");
    }
    if (request.allowed_pattern) {
        throw gen::InvalidAllowedPatternException("AllowedPattern is not offered by this server.");
    }
    if (request.key_id && *request.key_id != "alias/aws/ssm") {
        throw gen::ValidationException(
            "SecureStrings are encrypted with the server's own key; leave KeyId out.");
    }
    const std::string data_type = request.data_type.value_or("text");
    if (data_type != "text" && data_type != image_type) {
        throw gen::ValidationException("DataType must be 'text' or 'aws:ec2:image'.");
    }
    if (request.tags && request.overwrite.value_or(false)) {
        throw gen::ValidationException(
            "Invalid request: tags and overwrite can't be used together. To create a parameter "
            "with tags, leave overwrite out; tag one that is there with AddTagsToResource.");
    }
}

void check_image(db::Connection& connection, const api::CallContext& context,
                 const gen::PutParameterRequest& request) {
    if (request.data_type == image_type &&
        !state::find_ami(connection, context.region, request.value)) {
        throw gen::ValidationException(
            "The AMI '" + request.value + "' is not in " + context.region +
            "; a parameter of the type aws:ec2:image names one that is.");
    }
}

template <class Request>
api::PageRequest page_of(const Dependencies& dependencies, const std::string& scope,
                         const Request& request, std::size_t default_limit) {
    return api::page_request<gen::InvalidNextToken>(dependencies.page_tokens, scope, request,
                                                    default_limit);
}

}  // namespace

std::string parameter_arn(const api::CallContext& context, const std::string& name) {
    return "arn:aws:ssm:" + context.region + ":" + context.account + ":parameter" +
           (name.starts_with('/') ? "" : "/") + name;
}

gen::PutParameterResponse ParameterFamily::put_parameter(const api::CallContext& context,
                                                         const gen::PutParameterRequest& request) {
    check_parameter_name(request.name);
    check_value(request);
    check_offered(request);
    return dependencies_.database.write([&](db::Transaction& transaction) {
        check_image(transaction, context, request);
        const auto known = state::find_parameter(transaction, scope_of(context), request.name);
        const bool is_secret = request.type ? *request.type == gen::ParameterType::secure_string
                                            : known && known->type == "SecureString";
        NewParameterVersion version{.scope = scope_of(context),
                                    .name = request.name,
                                    .value = request.value,
                                    .data_type = request.data_type,
                                    .description = request.description,
                                    .overwrite = request.overwrite.value_or(false),
                                    .now_ms = to_ms(context.now),
                                    .by = context.principal_arn};
        const auto arn = parameter_arn(context, request.name);
        if (is_secret) {
            version.value = sealer_.seal(request.value, arn);
        }
        if (request.type) {
            version.type = std::string(to_string(*request.type));
        }
        if (request.tier) {
            version.tier = *request.tier == gen::ParameterTier::standard ? "Standard" : "Advanced";
        }
        const auto written = put_version(transaction, version);
        if (request.tags) {
            state::TagMap tags;
            for (const auto& tag : *request.tags) {
                tags[tag.key] = tag.value;
            }
            state::put_tags(transaction, arn, tags);
        }
        return gen::PutParameterResponse{.version = written.version, .tier = tier_of(written.tier)};
    });
}

ParameterFamily::Found ParameterFamily::find(db::Connection& connection,
                                             const api::CallContext& context,
                                             const ParameterReference& reference) const {
    auto row = state::find_parameter(connection, scope_of(context), reference.name);
    if (!row) {
        throw gen::ParameterNotFound("The parameter '" + reference.name + "' was not found in " +
                                     context.region + ".");
    }
    if (const auto version = find_version(connection, *row, reference)) {
        return {*row, *version};
    }
    throw gen::ParameterVersionNotFound("Systems Manager could not find version " +
                                        reference.selector.substr(1) + " of " + reference.name +
                                        ". Verify the version and try again.");
}

std::string ParameterFamily::shown_value(const Found& found, bool decrypt) const {
    if (found.row.type != "SecureString" || !decrypt) {
        return found.version.value;
    }
    const api::CallContext owner{.account = found.row.scope.account,
                                 .region = found.row.scope.region};
    const auto opened = sealer_.open(found.version.value, parameter_arn(owner, found.row.name));
    if (!opened) {
        throw gen::InternalServerError(
            "The value cannot be decrypted: it was sealed with another key than this server's.");
    }
    return *opened;
}

gen::Parameter ParameterFamily::view(const api::CallContext& context, const Found& found,
                                     bool decrypt, const std::string& selector) const {
    gen::Parameter parameter{.name = found.row.name,
                             .type = type_of(found.row),
                             .value = shown_value(found, decrypt),
                             .version = found.version.version,
                             .last_modified_date = from_ms(found.version.modified_ms),
                             .arn = parameter_arn(context, found.row.name),
                             .data_type = found.row.data_type};
    if (!selector.empty()) {
        parameter.selector = selector;
    }
    return parameter;
}

gen::GetParameterResponse ParameterFamily::get_parameter(const api::CallContext& context,
                                                         const gen::GetParameterRequest& request) {
    const auto reference = parse_reference(request.name);
    return dependencies_.database.read([&](db::Connection& connection) {
        return gen::GetParameterResponse{
            .parameter = view(context, find(connection, context, reference),
                              request.with_decryption.value_or(false), reference.selector)};
    });
}

gen::GetParametersResponse ParameterFamily::get_parameters(
    const api::CallContext& context, const gen::GetParametersRequest& request) {
    gen::GetParametersResponse response{.parameters = std::vector<gen::Parameter>{},
                                        .invalid_parameters = std::vector<std::string>{}};
    dependencies_.database.read([&](db::Connection& connection) {
        for (const std::string& name : request.names) {
            const auto reference = parse_reference(name);
            try {
                response.parameters->push_back(view(context, find(connection, context, reference),
                                                    request.with_decryption.value_or(false),
                                                    reference.selector));
            } catch (const gen::ParameterNotFound&) {
                response.invalid_parameters->push_back(name);
            } catch (const gen::ParameterVersionNotFound&) {
                response.invalid_parameters->push_back(name);
            }
        }
    });
    return response;
}

gen::GetParametersByPathResponse ParameterFamily::get_parameters_by_path(
    const api::CallContext& context, const gen::GetParametersByPathRequest& request) {
    if (!request.path.starts_with('/')) {
        throw gen::ValidationException("The parameter path must begin with '/'.");
    }
    const ParameterFilters filters(request.parameter_filters);
    const auto scope = api::page_scope("GetParametersByPath", context, request);
    const auto page = page_of(dependencies_, scope, request, 10);
    std::vector<gen::Parameter> found;
    dependencies_.database.read([&](db::Connection& connection) {
        for (const auto& row : state::page_parameters(connection, scope_of(context),
                                                      page.after.value_or(""), 1 << 20)) {
            if (found.size() > page.limit ||
                !lies_below(row.name, request.path, request.recursive.value_or(false))) {
                continue;
            }
            const auto latest = state::find_parameter_version(connection, row.id, row.last_version);
            const auto tags = state::tags_of(connection, parameter_arn(context, row.name));
            if (latest && filters.let_through({row, *latest, tags})) {
                found.push_back(
                    view(context, {row, *latest}, request.with_decryption.value_or(false)));
            }
        }
    });
    auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(found),
                             [](const gen::Parameter& parameter) { return *parameter.name; });
    return {.parameters = std::move(cut.items), .next_token = cut.next_token};
}

gen::ParameterMetadata ParameterFamily::metadata(const api::CallContext& context,
                                                 const Found& found) const {
    return {.name = found.row.name,
            .arn = parameter_arn(context, found.row.name),
            .type = type_of(found.row),
            .key_id = key_of(found.row),
            .last_modified_date = from_ms(found.version.modified_ms),
            .last_modified_user = found.version.modified_by,
            .description = found.version.description,
            .version = found.version.version,
            .tier = tier_of(found.row.tier),
            .data_type = found.row.data_type};
}

gen::DescribeParametersResponse ParameterFamily::describe_parameters(
    const api::CallContext& context, const gen::DescribeParametersRequest& request) {
    std::vector<gen::ParameterStringFilter> all =
        request.parameter_filters.value_or(std::vector<gen::ParameterStringFilter>{});
    for (const auto& filter : request.filters.value_or(std::vector<gen::ParametersFilter>{})) {
        all.push_back({.key = std::string(to_string(filter.key)), .values = filter.values});
    }
    const ParameterFilters filters(all);
    const auto scope = api::page_scope("DescribeParameters", context, request);
    const auto page = page_of(dependencies_, scope, request, 50);
    std::vector<gen::ParameterMetadata> found;
    dependencies_.database.read([&](db::Connection& connection) {
        for (const auto& row : state::page_parameters(connection, scope_of(context),
                                                      page.after.value_or(""), 1 << 20)) {
            if (found.size() > page.limit) {
                break;
            }
            const auto latest = state::find_parameter_version(connection, row.id, row.last_version);
            const auto tags = state::tags_of(connection, parameter_arn(context, row.name));
            if (latest && filters.let_through({row, *latest, tags})) {
                found.push_back(metadata(context, {row, *latest}));
            }
        }
    });
    auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(found),
                             [](const gen::ParameterMetadata& one) { return *one.name; });
    return {.parameters = std::move(cut.items), .next_token = cut.next_token};
}

gen::DeleteParameterResponse ParameterFamily::delete_parameter(
    const api::CallContext& context, const gen::DeleteParameterRequest& request) {
    const auto reference = parse_reference(request.name);
    dependencies_.database.write([&](db::Transaction& transaction) {
        if (!state::erase_parameter(transaction, scope_of(context), reference.name)) {
            throw gen::ParameterNotFound("The parameter '" + reference.name + "' was not found.");
        }
        state::erase_tags(transaction, parameter_arn(context, reference.name));
    });
    return {};
}

gen::DeleteParametersResponse ParameterFamily::delete_parameters(
    const api::CallContext& context, const gen::DeleteParametersRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        gen::DeleteParametersResponse response{.deleted_parameters = std::vector<std::string>{},
                                               .invalid_parameters = std::vector<std::string>{}};
        for (const std::string& name : request.names) {
            const auto plain = parse_reference(name).name;
            if (state::erase_parameter(transaction, scope_of(context), plain)) {
                state::erase_tags(transaction, parameter_arn(context, plain));
                response.deleted_parameters->push_back(name);
            } else {
                response.invalid_parameters->push_back(name);
            }
        }
        return response;
    });
}

}  // namespace goldsmith::service::ssm
