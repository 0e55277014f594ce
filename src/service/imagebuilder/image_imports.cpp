// The imports of ImageFamily: images that follow an import task of EC2 (ImportVmImage), and images
// made of a disk image (ImportDiskImage). Installation media are refused: what is on them would
// have to be installed first.
#include <algorithm>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/infrastructure_json.h"
#include "db/database.h"
#include "service/body.h"
#include "service/imagebuilder/build_plan.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/new_image.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/start_build.h"
#include "service/milliseconds.h"
#include "state/executions.h"
#include "state/image_tasks.h"
#include "state/images.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

std::string log_group_of(const std::optional<ib::ImageLoggingConfiguration>& logging,
                         const std::string& name) {
    const std::string own = "/aws/imagebuilder/" + in_log_group(name);
    return logging && logging->log_group_name ? *logging->log_group_name : own;
}

ib::Platform platform_of(ib::Platform platform) {
    return platform;
}

/// ImportDiskImage's is any text in the model.
ib::Platform platform_of(const std::string& text) {
    ib::Platform platform{};
    if (!from_string(text, platform) ||
        (platform != ib::Platform::linux_ && platform != ib::Platform::windows)) {
        throw ib::ClientException("The value supplied for parameter 'platform' is not valid. '" +
                                  text + "' is neither Linux nor Windows.");
    }
    return platform;
}

/// What ImportVmImage and ImportDiskImage have in common of the image.
template <class Request>
ib::Image image_of(const api::CallContext& context, const Request& request,
                   ib::BuildType build_type) {
    return {.type = ib::ImageType::ami,
            .name = request.name,
            .platform = platform_of(request.platform),
            .date_created = context.now,
            .build_type = build_type,
            .image_source = ib::ImageSource::imported};
}

template <class Request>
api::Arn insert_image(db::Transaction& transaction, const api::CallContext& context,
                      const Request& request, ib::Image& image, const std::string& log_group) {
    image.os_version = request.os_version;
    const api::Arn arn =
        insert_new_image(transaction, context, image,
                         {.semantic_version = request.semantic_version, .log_group = log_group});
    if (request.tags) {
        state::put_tags(transaction, arn.text(), *request.tags);
    }
    const std::optional<std::string> os_version = request.os_version;
    if (os_version) {
        state::set_os_version(transaction, arn.text(), *os_version, to_ms(context.now));
    }
    return arn;
}

void check_log_group(const std::optional<ib::ImageLoggingConfiguration>& logging) {
    if (logging && logging->log_group_name &&
        !logging->log_group_name->starts_with("/aws/imagebuilder/")) {
        throw ib::ClientException(
            "The value supplied for parameter 'loggingConfiguration.logGroupName' is not valid. "
            "It must begin with '/aws/imagebuilder/'.");
    }
}

state::ImageTaskRow require_task(db::Connection& connection, const api::CallContext& context,
                                 const std::string& id) {
    auto task = state::find_image_task(connection, {context.account, context.region}, id);
    if (!task || task->kind != state::import_task) {
        throw ib::ClientException("The import task '" + id + "' does not exist in " +
                                  context.region +
                                  ". EC2's ImportImage starts one ('aws ec2 import-image').");
    }
    return std::move(*task);
}

ib::InfrastructureConfiguration require_infrastructure(db::Connection& connection,
                                                       const api::CallContext& context,
                                                       const std::string& text) {
    const api::Arn arn = parse_arn("infrastructureConfigurationArn", text,
                                   api::ResourceType::infrastructure_configuration);
    const auto row = find_named(connection, state::infrastructure_configurations(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return from_body<ib::InfrastructureConfiguration>(row->body);
}

bool is_installation_medium(std::string uri) {
    std::transform(uri.begin(), uri.end(), uri.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return uri.ends_with(".iso");
}

void check_disk_request(const ib::ImportDiskImageRequest& request) {
    require_version(request.semantic_version);
    const bool secure_boot = !request.register_image_options ||
                             request.register_image_options->secure_boot_enabled.value_or(true);
    if (request.register_image_options && request.register_image_options->uefi_data &&
        !secure_boot) {
        throw ib::ClientException(
            "'registerImageOptions.uefiData' needs 'registerImageOptions.secureBootEnabled'.");
    }
    if (!request.uri.starts_with("s3://") && !request.uri.starts_with("https://") &&
        !request.uri.starts_with("http://")) {
        throw ib::ClientException("The value supplied for parameter 'uri' is not valid. '" +
                                  request.uri + "' is no s3, https or http URL.");
    }
    if (is_installation_medium(request.uri)) {
        throw ib::ClientException(
            "'" + request.uri +
            "' cannot be imported: this server does not build images from installation media. "
            "Install it elsewhere and import the disk (raw, qcow2, vmdk, vhd, vhdx, ova, or the "
            "root file system as a tar), or start from an AMI that is here already.");
    }
}

StartedBuild start_import(const Dependencies& dependencies, db::Transaction& transaction,
                          const api::CallContext& context,
                          const ib::ImportDiskImageRequest& request) {
    FrozenBuild build{.import_location = request.uri};
    build.image = image_of(context, request, ib::BuildType::import_iso);
    build.image.execution_role = request.execution_role;
    build.image.infrastructure_configuration =
        require_infrastructure(transaction, context, request.infrastructure_configuration_arn);
    build.log_group = log_group_of(request.logging_configuration, request.name);
    build.arn = insert_image(transaction, context, request, build.image, build.log_group);
    build.log_stream = version_and_build(build.arn);
    build.image.tags = request.tags.value_or(std::map<std::string, std::string>{});
    const workflow::Plan plan = make_plan(transaction, context, dependencies.random, build);
    state::create_execution(transaction, workflow::new_execution(plan, context.now));
    return {.image = build.arn, .execution_id = plan.execution_id};
}

}  // namespace

ib::ImportVmImageResponse ImageFamily::import_vm_image(const api::CallContext& context,
                                                       const ib::ImportVmImageRequest& request) {
    require_version(request.semantic_version);
    check_log_group(request.logging_configuration);
    return once(dependencies_.database, context, "ImportVmImage", request,
                [&](db::Transaction& transaction) {
                    const auto task = require_task(transaction, context, request.vm_import_task_id);
                    ib::Image image = image_of(context, request, ib::BuildType::import);
                    const api::Arn arn =
                        insert_image(transaction, context, request, image,
                                     log_group_of(request.logging_configuration, request.name));
                    if (task.status == "completed" || task.status == "deleted") {
                        state::settle_follower(transaction, task, arn.text(), to_ms(context.now));
                    } else {
                        state::follow_image_task(transaction, task.task_id, arn.text());
                    }
                    return ib::ImportVmImageResponse{.image_arn = arn.text(),
                                                     .client_token = request.client_token};
                });
}

ib::ImportDiskImageResponse ImageFamily::import_disk_image(
    const api::CallContext& context, const ib::ImportDiskImageRequest& request) {
    check_disk_request(request);
    std::optional<std::string> started;
    auto response = once(
        dependencies_.database, context, "ImportDiskImage", request,
        [&](db::Transaction& transaction) {
            const StartedBuild build = start_import(dependencies_, transaction, context, request);
            started = build.execution_id;
            return ib::ImportDiskImageResponse{.client_token = request.client_token,
                                               .image_build_version_arn = build.image.text()};
        });
    if (started && dependencies_.notify) {
        dependencies_.notify(*started);
    }
    return response;
}

}  // namespace goldsmith::service::imagebuilder
