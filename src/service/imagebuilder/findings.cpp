#include "service/imagebuilder/findings.h"

#include "api/generated/imagebuilder/findings_json.h"
#include "db/database.h"
#include "service/body.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/references.h"
#include "state/findings.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

struct KeyName {
    std::string_view name;
    state::FindingKey key;
};

constexpr KeyName finding_keys[] = {{"imageBuildVersionArn", state::FindingKey::image},
                                    {"imagePipelineArn", state::FindingKey::pipeline},
                                    {"severity", state::FindingKey::severity},
                                    {"vulnerabilityId", state::FindingKey::vulnerability}};
constexpr KeyName group_keys[] = {{"accountId", state::FindingKey::none},
                                  {"imageBuildVersionArn", state::FindingKey::image},
                                  {"imagePipelineArn", state::FindingKey::pipeline},
                                  {"vulnerabilityId", state::FindingKey::vulnerability}};

/// Throws InvalidRequestException for a filter that the operation does not know.
state::FindingKey key_of(std::span<const KeyName> known, const std::string& name) {
    std::string names;
    for (const KeyName& one : known) {
        if (one.name == name) {
            return one.key;
        }
        names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    throw ib::InvalidRequestException("The filter '" + name +
                                      "' is not known. The filters are: " + names + ".");
}

struct Lookup {
    state::FindingKey key = state::FindingKey::none;
    std::string value{};
};

Lookup lookup_of(const std::optional<std::vector<ib::ImageScanFindingsFilter>>& filters) {
    if (!filters || filters->empty()) {
        return {};
    }
    const auto& filter = filters->front();
    if (!filter.name || !filter.values || filter.values->empty()) {
        throw ib::InvalidRequestException("A filter needs a name and one value.");
    }
    return {key_of(finding_keys, *filter.name), filter.values->front()};
}

/// One filter of ListImageScanFindingAggregations: what is grouped, and perhaps the one group that
/// is wanted.
Lookup grouping_of(const std::optional<ib::Filter>& filter) {
    if (!filter) {
        return {};
    }
    const auto values = filter->values.value_or(std::vector<std::string>{});
    if (!filter->name || values.size() > 1) {
        throw ib::InvalidRequestException("The filter needs a name and at most one value.");
    }
    return {key_of(group_keys, *filter->name), values.empty() ? "" : values.front()};
}

ib::ImageScanFindingAggregation aggregation_of(state::FindingKey group,
                                               const state::FindingCounts& counts) {
    const ib::SeverityCounts severities{.all = counts.all,
                                        .critical = counts.critical,
                                        .high = counts.high,
                                        .medium = counts.medium};
    ib::ImageScanFindingAggregation result;
    switch (group) {
        case state::FindingKey::image:
            result.image_aggregation = ib::ImageAggregation{counts.group, severities};
            break;
        case state::FindingKey::pipeline:
            result.image_pipeline_aggregation =
                ib::ImagePipelineAggregation{counts.group, severities};
            break;
        case state::FindingKey::vulnerability:
            result.vulnerability_id_aggregation =
                ib::VulnerabilityIdAggregation{counts.group, severities};
            break;
        case state::FindingKey::none:
        case state::FindingKey::severity:
            result.account_aggregation = ib::AccountAggregation{counts.group, severities};
            break;
    }
    return result;
}

std::string aggregation_type(state::FindingKey group) {
    switch (group) {
        case state::FindingKey::image:
            return "imageAggregation";
        case state::FindingKey::pipeline:
            return "imagePipelineAggregation";
        case state::FindingKey::vulnerability:
            return "vulnerabilityIdAggregation";
        case state::FindingKey::none:
        case state::FindingKey::severity:
            break;
    }
    return "accountAggregation";
}

constexpr std::size_t groups_of_a_page = 25;

}  // namespace

ib::ListImageScanFindingsResponse FindingFamily::list_image_scan_findings(
    const api::CallContext& context, const ib::ListImageScanFindingsRequest& request) {
    const Lookup lookup = lookup_of(request.filters);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_findings(connection, own_scope(context), lookup.key, lookup.value,
                                        before, limit);
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListImageScanFindings", request,
                              fetch, row_id, [](const auto&) { return true; });
        std::vector<ib::ImageScanFinding> findings;
        for (const auto& row : page.items) {
            findings.push_back(from_body<ib::ImageScanFinding>(row.body));
        }
        return ib::ListImageScanFindingsResponse{.findings = std::move(findings),
                                                 .next_token = page.next_token};
    });
}

ib::ListImageScanFindingAggregationsResponse FindingFamily::list_image_scan_finding_aggregations(
    const api::CallContext& context, const ib::ListImageScanFindingAggregationsRequest& request) {
    const Lookup grouping = grouping_of(request.filter);
    const auto scope = api::page_scope("ListImageScanFindingAggregations", context, request);
    api::PageRequest page{groups_of_a_page, std::nullopt};
    if (request.next_token) {
        page.after = dependencies_.page_tokens.open(scope, *request.next_token);
        if (!page.after) {
            throw ib::InvalidPaginationTokenException(
                "The nextToken is not valid for this request. Repeat the call without nextToken.");
        }
    }
    return dependencies_.database.read([&](db::Connection& connection) {
        auto cut = api::cut_page(
            dependencies_.page_tokens, scope, page,
            state::count_findings(connection, own_scope(context), grouping.key, grouping.value,
                                  page.after.value_or(""), static_cast<int>(page.limit) + 1),
            [](const auto& counts) { return counts.group; });
        std::vector<ib::ImageScanFindingAggregation> responses;
        for (const auto& counts : cut.items) {
            responses.push_back(aggregation_of(grouping.key, counts));
        }
        return ib::ListImageScanFindingAggregationsResponse{
            .aggregation_type = aggregation_type(grouping.key),
            .responses = std::move(responses),
            .next_token = cut.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
