// The operations of ComponentFamily that bring components from elsewhere.
#include "api/generated/imagebuilder/components_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "service/imagebuilder/component_document.h"
#include "service/imagebuilder/component_import.h"
#include "service/imagebuilder/components.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

ib::ImportComponentResponse ComponentFamily::import_component(
    const api::CallContext& context, const ib::ImportComponentRequest& request) {
    return once(dependencies_.database, context, "ImportComponent", request,
                [&](db::Connection& connection) {
                    const std::string& script = require_inline_data(request.data, request.uri);
                    const ib::CreateComponentRequest component{
                        .name = request.name,
                        .semantic_version = request.semantic_version,
                        .description = request.description,
                        .change_description = request.change_description,
                        .platform = request.platform,
                        .data = document_of_script(script, request.type, request.platform),
                        .kms_key_id = request.kms_key_id,
                        .tags = request.tags,
                        .client_token = request.client_token};
                    const auto created =
                        insert_component(dependencies_, connection, context, component,
                                         prepare_component(dependencies_, component));
                    return ib::ImportComponentResponse{
                        .client_token = request.client_token,
                        .component_build_version_arn = created.component_build_version_arn};
                });
}

ib::GetMarketplaceResourceResponse ComponentFamily::get_marketplace_resource(
    const api::CallContext& context, const ib::GetMarketplaceResourceRequest& request) {
    const api::Arn arn =
        parse_arn("resourceArn", request.resource_arn, api::ResourceType::component);
    const bool known = dependencies_.database.read([&](db::Connection& connection) {
        return resolve(connection, state::components(), context, arn).has_value();
    });
    if (!known) {
        throw ib::ResourceNotFoundException(
            "The Marketplace resource '" + request.resource_arn +
            "' does not exist: no Marketplace stands behind this server.");
    }
    throw ib::InvalidRequestException("The component '" + request.resource_arn +
                                      "' is not from the Marketplace: read it with GetComponent.");
}

}  // namespace goldsmith::service::imagebuilder
