// DistributeImage: an AMI that is there already becomes a new image, which starts its life at the
// distribution.
#include <algorithm>

#include "api/generated/imagebuilder/distributions_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "service/body.h"
#include "service/imagebuilder/build_plan.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/new_image.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/parent_image.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/start_build.h"
#include "state/amis.h"
#include "state/executions.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr const char* first_version = "1.0.0";

/// The name of an AMI as the name of an image: what it may not hold becomes '-'.
std::string image_name_of(const std::string& ami_name) {
    std::string name = ami_name.substr(0, 128);
    for (char& c : name) {
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
        c = fits ? c : '-';
    }
    return name.size() < 3 ? name + std::string(3 - name.size(), '-') : name;
}

struct Source {
    state::AmiRow ami{};
    ParentImage image{};
};

/// The AMI of this region that `sourceImage` stands for.
Source require_source(const Dependencies& dependencies, db::Connection& connection,
                      const api::CallContext& context, const std::string& text) {
    Source source{.image = resolve_parent(dependencies, connection, context, text, ParentUse::build,
                                          "sourceImage")};
    const std::string& id = source.image.ami_id;
    auto ami = id.empty() ? std::nullopt : state::find_ami(connection, context.region, id);
    if (!ami) {
        throw ib::ResourceNotFoundException("The source image '" + text +
                                            "' has no AMI in the region " + context.region + ".");
    }
    source.ami = std::move(*ami);
    return source;
}

ib::Image image_of(db::Connection& connection, const api::CallContext& context,
                   const ib::DistributeImageRequest& request, const Source& source) {
    ib::Image image{.type = ib::ImageType::ami,
                    .name = image_name_of(source.ami.name),
                    .platform = source.image.platform,
                    .date_created = context.now,
                    .build_type = ib::BuildType::user_initiated,
                    .image_source = source.image.source,
                    .execution_role = request.execution_role};
    image.distribution_configuration =
        require_distribution(connection, context, request.distribution_configuration_arn);
    return image;
}

StartedBuild start(const Dependencies& dependencies, db::Transaction& transaction,
                   const api::CallContext& context, const ib::DistributeImageRequest& request) {
    const Source source = require_source(dependencies, transaction, context, request.source_image);
    FrozenBuild build{.source_image_id = source.ami.image_id};
    build.parent = source.image;
    build.image = image_of(transaction, context, request, source);
    const auto& logging = request.logging_configuration;
    build.log_group = logging && logging->log_group_name ? *logging->log_group_name
                                                         : "/aws/imagebuilder/" + *build.image.name;
    build.arn = insert_new_image(transaction, context, build.image,
                                 {.semantic_version = first_version, .log_group = build.log_group});
    build.log_stream = version_and_build(build.arn);
    build.image.tags = request.tags.value_or(std::map<std::string, std::string>{});
    state::put_tags(transaction, build.arn.text(), *build.image.tags);
    const workflow::Plan plan = make_plan(transaction, context, dependencies.random, build);
    state::create_execution(transaction, workflow::new_execution(plan, context.now));
    return {.image = build.arn, .execution_id = plan.execution_id};
}

}  // namespace

ib::DistributeImageResponse ImageFamily::distribute_image(
    const api::CallContext& context, const ib::DistributeImageRequest& request) {
    std::optional<std::string> started;
    auto response =
        once(dependencies_.database, context, "DistributeImage", request,
             [&](db::Transaction& transaction) {
                 const StartedBuild build = start(dependencies_, transaction, context, request);
                 started = build.execution_id;
                 return ib::DistributeImageResponse{.client_token = request.client_token,
                                                    .image_build_version_arn = build.image.text()};
             });
    if (started && dependencies_.notify) {
        dependencies_.notify(*started);
    }
    return response;
}

}  // namespace goldsmith::service::imagebuilder
