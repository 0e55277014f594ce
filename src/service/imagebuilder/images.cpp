#include "service/imagebuilder/images.h"

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/image_removal.h"
#include "service/imagebuilder/image_views.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/sharing.h"
#include "service/imagebuilder/start_build.h"
#include "service/milliseconds.h"
#include "state/executions.h"
#include "state/images.h"
#include "state/lifecycle.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr auto arn_parameter = "imageBuildVersionArn";

/// The caller's own image build that a request changes.
state::ImageRow require_own_build(db::Connection& connection, const api::CallContext& context,
                                  const std::string& text) {
    const api::Arn arn = parse_arn(arn_parameter, text, api::ResourceType::image);
    require_own(arn);
    const auto row = arn.is_build() ? resolve_own(connection, state::image_versions(), context, arn)
                                    : std::nullopt;
    if (!row) {
        throw_not_found(text);
    }
    return state::with_image_state(connection, *row);
}

std::optional<std::string> execution_of(db::Connection& connection, const std::string& image_arn) {
    const auto execution = state::find_execution_of_image(connection, image_arn);
    return execution ? std::optional(execution->id) : std::nullopt;
}

[[noreturn]] void throw_wrong_state(const state::ImageRow& image, const std::string& text,
                                    const std::string& what) {
    throw ib::InvalidRequestException("The image '" + text + "' is " + image.status + ": " + what);
}

/// An image without an execution (its plan was lost with an older database) is cancelled at once.
std::optional<std::string> cancel(db::Transaction& transaction, const api::CallContext& context,
                                  const std::string& text) {
    const auto image = require_own_build(transaction, context, text);
    if (is_terminal(image.status)) {
        throw_wrong_state(image, text, "only an image that is being created can be cancelled.");
    }
    if (!state::request_cancel(transaction, text, context.now)) {
        state::set_image_status(transaction, text, "CANCELLED", std::nullopt, to_ms(context.now));
    }
    return execution_of(transaction, text);
}

std::optional<std::string> retry(db::Transaction& transaction, const api::CallContext& context,
                                 const std::string& text) {
    const auto image = require_own_build(transaction, context, text);
    if (image.status != "FAILED" && image.status != "CANCELLED") {
        throw_wrong_state(image, text, "only a FAILED or CANCELLED image can be retried.");
    }
    if (!state::request_retry(transaction, text, context.now)) {
        throw_wrong_state(image, text, "it was not built here and cannot be retried.");
    }
    return execution_of(transaction, text);
}

void notify(const Dependencies& dependencies, const std::optional<std::string>& execution_id) {
    if (execution_id && dependencies.notify) {
        dependencies.notify(*execution_id);
    }
}

}  // namespace

ib::CreateImageResponse ImageFamily::create_image(const api::CallContext& context,
                                                  const ib::CreateImageRequest& request) {
    const BuildOrder order{.request = with_build_defaults(request)};
    std::optional<std::string> started;
    auto response = once(dependencies_.database, context, "CreateImage", order.request,
                         [&](db::Transaction& transaction) {
                             const StartedBuild build =
                                 start_build(dependencies_, transaction, context, order);
                             started = build.execution_id;
                             return ib::CreateImageResponse{
                                 .client_token = request.client_token,
                                 .image_build_version_arn = build.image.text(),
                                 .latest_version_references = latest_references(build.image)};
                         });
    notify(dependencies_, started);
    return response;
}

ib::CancelImageCreationResponse ImageFamily::cancel_image_creation(
    const api::CallContext& context, const ib::CancelImageCreationRequest& request) {
    std::optional<std::string> execution;
    auto response = once(dependencies_.database, context, "CancelImageCreation", request,
                         [&](db::Transaction& transaction) {
                             execution =
                                 cancel(transaction, context, request.image_build_version_arn);
                             return ib::CancelImageCreationResponse{
                                 .client_token = request.client_token,
                                 .image_build_version_arn = request.image_build_version_arn};
                         });
    notify(dependencies_, execution);
    return response;
}

ib::RetryImageResponse ImageFamily::retry_image(const api::CallContext& context,
                                                const ib::RetryImageRequest& request) {
    std::optional<std::string> execution;
    auto response = once(
        dependencies_.database, context, "RetryImage", request, [&](db::Transaction& transaction) {
            execution = retry(transaction, context, request.image_build_version_arn);
            return ib::RetryImageResponse{
                .client_token = request.client_token,
                .image_build_version_arn = request.image_build_version_arn};
        });
    notify(dependencies_, execution);
    return response;
}

ib::DeleteImageResponse ImageFamily::delete_image(const api::CallContext& context,
                                                  const ib::DeleteImageRequest& request) {
    const std::string& text = request.image_build_version_arn;
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto image = require_own_build(connection, context, text);
        if (!is_terminal(image.status)) {
            throw_wrong_state(image, text, "cancel it before deleting it.");
        }
        const api::Arn arn = arn_of(image.row);
        if (is_shared(connection, arn.text()) || recipe_needs_image(connection, context, arn)) {
            throw_depended_on(text);
        }
        if (const auto running = state::find_running_state_update(connection, arn.text())) {
            throw_wrong_state(image, text, "'" + running->execution_id + "' is changing it.");
        }
        remove_image_record(transaction, arn.text());
    });
    return {.image_build_version_arn = text};
}

ib::GetImageResponse ImageFamily::get_image(const api::CallContext& context,
                                            const ib::GetImageRequest& request) {
    const api::Arn arn =
        parse_arn(arn_parameter, request.image_build_version_arn, api::ResourceType::image);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = resolve(connection, state::image_versions(), context, arn);
        if (!row) {
            throw_not_found(request.image_build_version_arn);
        }
        return ib::GetImageResponse{
            .image = view_image(connection, context, state::with_image_state(connection, *row)),
            .latest_version_references = latest_references(image_arn(context, *row))};
    });
}

}  // namespace goldsmith::service::imagebuilder
