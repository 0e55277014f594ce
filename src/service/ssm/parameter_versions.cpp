// A parameter's history, and the labels of its versions.
#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ssm/errors.h"
#include "api/generated/ssm/parameters_json.h"
#include "db/database.h"
#include "service/milliseconds.h"
#include "service/ssm/parameters.h"

namespace goldsmith::service::ssm {

namespace gen = api::ssm;

namespace {

constexpr std::size_t most_labels = 10;
using Labels = std::vector<std::string>;

std::string version_key(const gen::ParameterHistory& entry) {
    const std::string number = std::to_string(*entry.version);
    return std::string(20 - std::min<std::size_t>(number.size(), 20), '0') + number;
}

}  // namespace

gen::GetParameterHistoryResponse ParameterFamily::get_parameter_history(
    const api::CallContext& context, const gen::GetParameterHistoryRequest& request) {
    const auto scope = api::page_scope("GetParameterHistory", context, request);
    const auto page =
        api::page_request<gen::InvalidNextToken>(dependencies_.page_tokens, scope, request, 50);
    std::vector<gen::ParameterHistory> entries;
    dependencies_.database.read([&](db::Connection& connection) {
        const auto latest = find(connection, context, {.name = parse_reference(request.name).name});
        for (const auto& version : state::parameter_versions(connection, latest.row.id)) {
            const auto about = metadata(context, {latest.row, version});
            gen::ParameterHistory entry{
                .name = about.name,
                .type = about.type,
                .key_id = about.key_id,
                .last_modified_date = about.last_modified_date,
                .last_modified_user = about.last_modified_user,
                .description = about.description,
                .value =
                    shown_value({latest.row, version}, request.with_decryption.value_or(false)),
                .version = about.version,
                .labels = version.labels,
                .tier = about.tier,
                .data_type = about.data_type};
            if (!page.after || version_key(entry) > *page.after) {
                entries.push_back(std::move(entry));
            }
        }
    });
    auto cut =
        api::cut_page(dependencies_.page_tokens, scope, page, std::move(entries), version_key);
    return {.parameters = std::move(cut.items), .next_token = cut.next_token};
}

gen::LabelParameterVersionResponse ParameterFamily::label_parameter_version(
    const api::CallContext& context, const gen::LabelParameterVersionRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        ParameterReference reference = parse_reference(request.name);
        reference.version = request.parameter_version;
        reference.selector = ":" + std::to_string(request.parameter_version.value_or(0));
        auto found = find(transaction, context, reference);
        gen::LabelParameterVersionResponse response{.invalid_labels = Labels{},
                                                    .parameter_version = found.version.version};
        Labels wanted;
        for (const std::string& label : request.labels) {
            (is_parameter_label(label) ? wanted : *response.invalid_labels).push_back(label);
        }
        // A label is on one version only.
        for (auto version : state::parameter_versions(transaction, found.row.id)) {
            const auto taken = std::erase_if(version.labels, [&](const std::string& label) {
                return std::ranges::count(wanted, label) > 0;
            });
            if (taken > 0) {
                state::put_parameter_version(transaction, version);
            }
        }
        found = find(transaction, context, reference);
        for (const std::string& label : wanted) {
            if (std::ranges::count(found.version.labels, label) == 0) {
                found.version.labels.push_back(label);
            }
        }
        if (found.version.labels.size() > most_labels) {
            throw gen::ParameterVersionLabelLimitExceeded(
                "A parameter version can have a maximum of 10 labels.");
        }
        state::put_parameter_version(transaction, found.version);
        return response;
    });
}

gen::UnlabelParameterVersionResponse ParameterFamily::unlabel_parameter_version(
    const api::CallContext& context, const gen::UnlabelParameterVersionRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        ParameterReference reference = parse_reference(request.name);
        reference.version = request.parameter_version;
        reference.selector = ":" + std::to_string(request.parameter_version);
        auto found = find(transaction, context, reference);
        gen::UnlabelParameterVersionResponse response{.removed_labels = Labels{},
                                                      .invalid_labels = Labels{}};
        for (const std::string& label : request.labels) {
            const bool removed = std::erase(found.version.labels, label) > 0;
            (removed ? *response.removed_labels : *response.invalid_labels).push_back(label);
        }
        state::put_parameter_version(transaction, found.version);
        return response;
    });
}

}  // namespace goldsmith::service::ssm
