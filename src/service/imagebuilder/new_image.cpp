#include "service/imagebuilder/new_image.h"

#include <algorithm>

#include "api/generated/imagebuilder/images_json.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"
#include "service/milliseconds.h"
#include "state/images.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

std::string in_log_group(std::string name) {
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

std::string version_and_build(const api::Arn& image) {
    return image.version + "/" + std::to_string(image.build);
}

api::Arn insert_new_image(db::Connection& connection, const api::CallContext& context,
                          ib::Image& image, const NewImage& facts) {
    state::ImageRow row{.status = "PENDING",
                        .pipeline_arn = facts.pipeline_arn,
                        .recipe_arn = facts.recipe_arn,
                        .updated_ms = to_ms(context.now)};
    row.row.scope = own_scope(context);
    row.row.slug = api::slug_of(image.name.value());
    row.row.version = api::parse_version(facts.semantic_version).value();
    row.row.version.build = state::image_versions().take_build_number(
        connection, row.row.scope, row.row.slug, row.row.version);
    row.row.created_ms = to_ms(context.now);
    const api::Arn arn = api::make_arn(api::ResourceType::image, context.region, context.account,
                                       *image.name, facts.semantic_version, row.row.version.build);
    image.arn = arn.text();
    image.version = version_and_build(arn);
    image.logging_configuration = ib::ImageLoggingConfiguration{.log_group_name = facts.log_group};
    row.row.body = to_body(image);
    state::insert_image(connection, row);
    return arn;
}

}  // namespace goldsmith::service::imagebuilder
