#include "state/managed_images.h"

#include <boost/json.hpp>

#include "api/arn.h"
#include "api/generated/imagebuilder/images_json.h"
#include "db/connection.h"

namespace goldsmith::state {

namespace ib = api::imagebuilder;

namespace {

ib::OutputResources outputs_of(const ManagedImage& image) {
    std::vector<ib::Ami> amis;
    for (const auto& ami : image.amis) {
        amis.push_back({.region = ami.region,
                        .image = ami.image_id,
                        .name = image.name + " " + image.version.semantic_text(),
                        .state = ib::ImageState{.status = ib::ImageStatus::available}});
    }
    return {.amis = std::move(amis)};
}

ib::Image body_of(const ManagedImage& image, const api::Arn& arn, std::int64_t now_ms) {
    ib::Platform platform{};
    from_string(image.platform, platform);
    return {.arn = arn.text(),
            .type = ib::ImageType::ami,
            .name = image.name,
            .version = arn.version + "/" + std::to_string(arn.build),
            .platform = platform,
            .date_created = base::Time(std::chrono::milliseconds(now_ms)),
            .image_source = ib::ImageSource::amazon_managed};
}

}  // namespace

std::string put_managed_image(db::Connection& connection, const ManagedImage& image,
                              std::string_view region, std::int64_t now_ms) {
    api::Version version = image.version.without_build();
    version.build = 1;
    const api::Arn arn = api::make_arn(api::ResourceType::image, region, "aws", image.name,
                                       version.semantic_text(), version.build);
    const std::string outputs = boost::json::serialize(to_json(outputs_of(image)));
    const auto known = find_image(connection, managed_scope(), arn.slug, version);
    if (known) {
        set_output_resources(connection, arn.text(), outputs, now_ms);
    } else {
        ImageRow row{.row = {.scope = managed_scope(),
                             .slug = arn.slug,
                             .version = version,
                             .created_ms = now_ms,
                             .body = boost::json::serialize(to_json(body_of(image, arn, now_ms)))},
                     .status = "AVAILABLE",
                     .os_version = image.os_version,
                     .output_resources = outputs,
                     .updated_ms = now_ms};
        insert_image(connection, row);
    }
    set_packages(connection, arn.text(), image.packages);
    return arn.text();
}

}  // namespace goldsmith::state
