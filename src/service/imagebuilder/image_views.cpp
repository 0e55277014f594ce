#include "service/imagebuilder/image_views.h"

#include "api/generated/imagebuilder/images_json.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"
#include "service/milliseconds.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

ib::ImageState state_of(const state::ImageRow& row) {
    ib::ImageStatus status{};
    from_string(row.status, status);
    return {.status = status, .reason = row.reason};
}

ib::OutputResources outputs_of(const state::ImageRow& row) {
    if (!row.output_resources) {
        return {.amis = std::vector<ib::Ami>{}};
    }
    auto outputs = from_body<ib::OutputResources>(*row.output_resources);
    if (!outputs.amis) {
        outputs.amis.emplace();
    }
    for (ib::Ami& ami : *outputs.amis) {
        if (ami.description == "") {
            ami.description.reset();  // the API has no empty texts
        }
    }
    return outputs;
}

/// A machine that says nothing about itself has no version to show.
std::optional<std::string> known_os_version(const state::ImageRow& row) {
    return row.os_version && !row.os_version->empty() ? row.os_version : std::nullopt;
}

std::optional<base::Time> deprecation_of(const state::ImageRow& row) {
    return row.deprecation_ms ? std::optional(from_ms(*row.deprecation_ms)) : std::nullopt;
}

/// "1.0.0" of "1.0.0/3", as the creator spelt it.
std::string semantic_part(const ib::Image& image) {
    const std::string version = image.version.value();
    return version.substr(0, version.find('/'));
}

}  // namespace

api::Arn image_arn(const api::CallContext& context, const state::VersionedRow& row) {
    const auto image = from_body<ib::Image>(row.body);
    return {.region = context.region,
            .owner = row.scope.account,
            .type = api::ResourceType::image,
            .workflow_type = {},
            .slug = row.slug,
            .version = semantic_part(image),
            .build = row.version.build};
}

ib::Image view_image(db::Connection& connection, const api::CallContext& context,
                     const state::ImageRow& row) {
    auto image = from_body<ib::Image>(row.row.body);
    image.arn = image_arn(context, row.row).text();
    image.state = state_of(row);
    image.os_version = known_os_version(row);
    image.output_resources = outputs_of(row);
    image.tags = state::tags_of(connection, *image.arn);
    image.deprecation_time = deprecation_of(row);
    image.lifecycle_execution_id = row.lifecycle_execution_id;
    return image;
}

ib::ImageSummary summarize_image(db::Connection& connection, const api::CallContext& context,
                                 const state::ImageRow& row) {
    const ib::Image image = view_image(connection, context, row);
    return {.arn = image.arn,
            .name = image.name,
            .type = image.type,
            .version = image.version,
            .platform = image.platform,
            .os_version = image.os_version,
            .state = image.state,
            .owner = owner_name(row.row.scope.account),
            .date_created = image.date_created,
            .output_resources = image.output_resources,
            .tags = image.tags,
            .build_type = image.build_type,
            .image_source = image.image_source,
            .deprecation_time = image.deprecation_time,
            .lifecycle_execution_id = image.lifecycle_execution_id,
            .logging_configuration = image.logging_configuration};
}

ib::ImageVersion view_image_version(const api::CallContext& context, const state::ImageRow& row,
                                    bool by_name) {
    const auto image = from_body<ib::Image>(row.row.body);
    const api::Arn arn = image_arn(context, row.row);
    return {.arn = by_name ? arn.with_version("x.x.x").text() : arn.without_build().text(),
            .name = image.name,
            .type = image.type,
            .version = by_name ? "x.x.x" : arn.version,
            .platform = image.platform,
            .os_version = known_os_version(row),
            .owner = owner_name(row.row.scope.account),
            .date_created = image.date_created,
            .build_type = image.build_type,
            .image_source = image.image_source};
}

std::vector<std::string> image_filter_values(const state::ImageRow& row, std::string_view name) {
    const auto image = from_body<ib::Image>(row.row.body);
    if (name == "name") {
        return {image.name.value()};
    }
    if (name == "osVersion") {
        return row.os_version ? std::vector<std::string>{*row.os_version}
                              : std::vector<std::string>{};
    }
    if (name == "platform") {
        return {std::string(to_string(image.platform.value()))};
    }
    if (name == "type") {
        return {std::string(to_string(image.type.value()))};
    }
    return {image.version.value(), semantic_part(image)};
}

bool is_terminal(std::string_view status) {
    return status == "AVAILABLE" || status == "FAILED" || status == "CANCELLED" ||
           status == "DEPRECATED" || status == "DISABLED" || status == "DELETED";
}

}  // namespace goldsmith::service::imagebuilder
