// The List operations of ImageFamily.
#include <charconv>

#include "api/generated/imagebuilder/images_json.h"
#include "api/list_filters.h"
#include "db/database.h"
#include "service/imagebuilder/image_views.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/shared_lists.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"name"}, {"osVersion"}, {"platform"}, {"type"}, {"version", api::Match::version}};

bool matches(db::Connection& connection, const api::ListFilters& filters,
             const state::VersionedRow& row) {
    if (filters.empty()) {
        return true;
    }
    const auto image = state::with_image_state(connection, row);
    return filters.matches([&](std::string_view name) { return image_filter_values(image, name); });
}

}  // namespace

ib::ListImagesResponse ImageFamily::list_images(const api::CallContext& context,
                                                const ib::ListImagesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    const bool by_name = request.by_name.value_or(false);
    if (by_name && filters.values("version") != nullptr) {
        throw ib::InvalidParameterCombinationException(
            "'byName' and the filter 'version' cannot be used together.");
    }
    const auto scope = scope_of_owner(context, request.owner);
    const bool shared = request.owner == ib::Ownership::shared;
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto& rows = state::image_versions();
        const auto fetch = [&](std::int64_t before, int limit) {
            return scope ? rows.page_versions(connection, *scope, before, limit)
                         : std::vector<state::VersionedRow>{};
        };
        const bool hide_deprecated =
            request.owner == ib::Ownership::amazon && !request.include_deprecated.value_or(false);
        const auto keep = [&](const state::VersionedRow& row) {
            if (hide_deprecated &&
                state::with_image_state(connection, row).status == "DEPRECATED") {
                return false;
            }
            return (!by_name || shared ||
                    rows.versions(connection, row.scope, row.slug).front() == row.version) &&
                   matches(connection, filters, row);
        };
        auto page = shared ? shared_page(connection, dependencies_.page_tokens, context,
                                         "ListImages", request, rows, api::ResourceType::image,
                                         by_name ? SharedItems::names : SharedItems::versions, keep)
                           : list_page(dependencies_.page_tokens, context, "ListImages", request,
                                       fetch, version_order, keep);
        std::vector<ib::ImageVersion> items;
        for (const auto& row : page.items) {
            items.push_back(
                view_image_version(context, state::with_image_state(connection, row), by_name));
        }
        return ib::ListImagesResponse{.image_version_list = std::move(items),
                                      .next_token = page.next_token};
    });
}

ib::ListImageBuildVersionsResponse ImageFamily::list_image_build_versions(
    const api::CallContext& context, const ib::ListImageBuildVersionsRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    std::optional<api::Arn> version;
    if (request.image_version_arn) {
        version =
            parse_arn("imageVersionArn", *request.image_version_arn, api::ResourceType::image);
    }
    const auto scope = version ? reachable_scope(context, *version) : own_scope(context);
    const auto pattern = version ? version->pattern() : std::nullopt;
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            const auto slug =
                version ? std::optional<std::string_view>(version->slug) : std::nullopt;
            return scope ? state::image_versions().page_builds(connection, *scope, slug, before,
                                                               limit)
                         : std::vector<state::VersionedRow>{};
        };
        const auto keep = [&](const state::VersionedRow& row) {
            return (!pattern || pattern->matches(row.version)) &&
                   is_reachable(connection, context, row) && matches(connection, filters, row);
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListImageBuildVersions", request,
                              fetch, row_id, keep);
        std::vector<ib::ImageSummary> items;
        for (const auto& row : page.items) {
            items.push_back(
                summarize_image(connection, context, state::with_image_state(connection, row)));
        }
        return ib::ListImageBuildVersionsResponse{.image_summary_list = std::move(items),
                                                  .next_token = page.next_token};
    });
}

ib::ListImagePackagesResponse ImageFamily::list_image_packages(
    const api::CallContext& context, const ib::ListImagePackagesRequest& request) {
    const api::Arn arn = parse_arn("imageBuildVersionArn", request.image_build_version_arn,
                                   api::ResourceType::image);
    const auto scope = api::page_scope("ListImagePackages", context, request);
    const auto page = api::page_request<ib::InvalidPaginationTokenException>(
        dependencies_.page_tokens, scope, request);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = resolve(connection, state::image_versions(), context, arn);
        if (!row) {
            throw_not_found(request.image_build_version_arn);
        }
        // Packages are numbered from 1 without gaps, so that the key is the number of those seen.
        std::int64_t after = 0;
        if (page.after) {
            std::from_chars(page.after->data(), page.after->data() + page.after->size(), after);
        }
        auto packages =
            state::page_packages(connection, row->id, after, static_cast<int>(page.limit) + 1);
        ib::ListImagePackagesResponse response{.image_package_list =
                                                   std::vector<ib::ImagePackage>{}};
        if (packages.size() > page.limit) {
            packages.pop_back();
            response.next_token = dependencies_.page_tokens.make(
                scope, std::to_string(after + static_cast<std::int64_t>(page.limit)));
        }
        for (const auto& package : packages) {
            response.image_package_list->push_back(
                {.package_name = package.name, .package_version = package.version});
        }
        return response;
    });
}

}  // namespace goldsmith::service::imagebuilder
