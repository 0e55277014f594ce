// The imports of ImageFamily: images from EC2's VM import and from Windows installation media.
// There is neither here, so that every well-formed request is refused with what to do instead.
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "db/database.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/references.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

ib::ImportVmImageResponse ImageFamily::import_vm_image(const api::CallContext&,
                                                       const ib::ImportVmImageRequest& request) {
    require_version(request.semantic_version);
    const auto& logging = request.logging_configuration;
    if (logging && logging->log_group_name &&
        !logging->log_group_name->starts_with("/aws/imagebuilder/")) {
        throw ib::ClientException(
            "The value supplied for parameter 'loggingConfiguration.logGroupName' is not valid. "
            "It must begin with '/aws/imagebuilder/'.");
    }
    throw ib::ClientException("The import task '" + request.vm_import_task_id +
                              "' does not exist: this server has no EC2 VM import. Start from an "
                              "AMI or an image that is here already.");
}

ib::ImportDiskImageResponse ImageFamily::import_disk_image(
    const api::CallContext& context, const ib::ImportDiskImageRequest& request) {
    require_version(request.semantic_version);
    const api::Arn infrastructure =
        parse_arn("infrastructureConfigurationArn", request.infrastructure_configuration_arn,
                  api::ResourceType::infrastructure_configuration);
    const bool known = dependencies_.database.read([&](db::Connection& connection) {
        return find_named(connection, state::infrastructure_configurations(), context,
                          infrastructure)
            .has_value();
    });
    if (!known) {
        throw_not_found(request.infrastructure_configuration_arn);
    }
    const bool secure_boot = !request.register_image_options ||
                             request.register_image_options->secure_boot_enabled.value_or(true);
    if (request.register_image_options && request.register_image_options->uefi_data &&
        !secure_boot) {
        throw ib::ClientException(
            "'registerImageOptions.uefiData' needs 'registerImageOptions.secureBootEnabled'.");
    }
    if (!request.uri.starts_with("s3://") || !request.uri.ends_with(".ISO")) {
        throw ib::ClientException("The value supplied for parameter 'uri' is not valid. '" +
                                  request.uri +
                                  "' is not an s3:// address of a file whose name ends in '.ISO'.");
    }
    throw ib::ClientException(
        "'" + request.uri +
        "' cannot be imported: this server does not build images from Windows installation media. "
        "Start from an AMI or an image that is here already.");
}

}  // namespace goldsmith::service::imagebuilder
