#include "service/imagebuilder/tags.h"

#include "api/generated/imagebuilder/errors.h"
#include "db/database.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/versioned_rows.h"
#include "service/imagebuilder/workflow_references.h"
#include "state/images.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr std::size_t most_tags = 50;

bool exists_named(db::Connection& connection, const api::CallContext& context,
                  const api::Arn& arn) {
    if (arn.type == api::ResourceType::infrastructure_configuration) {
        return find_named(connection, state::infrastructure_configurations(), context, arn)
            .has_value();
    }
    if (arn.type == api::ResourceType::distribution_configuration) {
        return find_named(connection, state::distribution_configurations(), context, arn)
            .has_value();
    }
    const auto& rows = arn.type == api::ResourceType::lifecycle_policy ? state::lifecycle_policies()
                                                                       : state::image_pipelines();
    return find_named(connection, rows, context, arn).has_value();
}

bool exists(db::Connection& connection, const api::CallContext& context, const api::Arn& arn) {
    if (arn.type == api::ResourceType::workflow && arn.owner == "aws") {
        return find_workflow(connection, context, arn).has_value();
    }
    const auto* rows = versioned_rows(arn.type);
    if (rows == nullptr) {
        return exists_named(connection, context, arn);
    }
    const bool exact = !arn.is_wildcard() && (arn.is_build() || !api::has_build(arn.type));
    return exact && resolve(connection, *rows, context, arn).has_value();
}

/// The ARN, if it is well-formed and leads to a resource that is there.
api::Arn require_resource(db::Connection& connection, const api::CallContext& context,
                          const std::string& text) {
    const auto arn = api::Arn::parse(text);
    if (!arn || (api::has_version(arn->type) && arn->version.empty())) {
        throw ib::InvalidParameterException(
            "The value supplied for parameter 'resourceArn' is "
            "not valid: '" +
            text + "' is not the ARN of a resource.");
    }
    if (!exists(connection, context, *arn)) {
        throw_not_found(text);
    }
    return *arn;
}

void require_own_account(const api::CallContext& context, const api::Arn& arn) {
    if (arn.owner != context.account) {
        throw ib::ForbiddenException("The resource '" + arn.text() +
                                     "' belongs to another account: only its owner tags it.");
    }
}

}  // namespace

ib::ListTagsForResourceResponse TagFamily::list_tags_for_resource(
    const api::CallContext& context, const ib::ListTagsForResourceRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const api::Arn arn = require_resource(connection, context, request.resource_arn);
        return ib::ListTagsForResourceResponse{.tags = state::tags_of(connection, arn.text())};
    });
}

ib::TagResourceResponse TagFamily::tag_resource(const api::CallContext& context,
                                                const ib::TagResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const api::Arn arn = require_resource(connection, context, request.resource_arn);
        require_own(arn);
        require_own_account(context, arn);
        state::put_tags(connection, arn.text(), request.tags);
        if (state::tags_of(connection, arn.text()).size() > most_tags) {
            throw ib::InvalidParameterException("A resource can have at most " +
                                                std::to_string(most_tags) + " tags.");
        }
    });
    return {};
}

ib::UntagResourceResponse TagFamily::untag_resource(const api::CallContext& context,
                                                    const ib::UntagResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const api::Arn arn = require_resource(connection, context, request.resource_arn);
        require_own(arn);
        require_own_account(context, arn);
        state::remove_tags(connection, arn.text(), request.tag_keys);
    });
    return {};
}

}  // namespace goldsmith::service::imagebuilder
