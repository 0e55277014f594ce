// StartResourceStateUpdate: the lifecycle actions on one image, on request.
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/lifecycle_json.h"
#include "base/random.h"
#include "service/body.h"
#include "service/ec2/ami_changes.h"
#include "service/imagebuilder/image_views.h"
#include "service/imagebuilder/lifecycle.h"
#include "service/imagebuilder/lifecycle_amis.h"
#include "service/imagebuilder/lifecycle_runs.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/sharing.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "state/lifecycle.h"
#include "state/timers.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

using Request = ib::StartResourceStateUpdateRequest;

[[noreturn]] void refuse(const std::string& why) {
    throw ib::InvalidRequestException(why);
}

/// What the members require and exclude of each other, whatever the image.
void check_members(const Request& request, base::Time now) {
    if (!request.state.status) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter 'state.status' is not valid. It must be given.");
    }
    const auto included =
        request.include_resources.value_or(ib::ResourceStateUpdateIncludeResources{});
    const bool deleting = request.state.status == ib::ResourceStatus::deleted;
    if (request.include_resources.has_value() != request.execution_role.has_value()) {
        refuse("'includeResources' and 'executionRole' must be given together, or both left out.");
    }
    if (!deleting && (included.snapshots.value_or(false) || included.containers.value_or(false))) {
        refuse(
            "'includeResources.snapshots' and 'includeResources.containers' are only for the "
            "state DELETED.");
    }
    if (included.snapshots.value_or(false) && !included.amis.value_or(false)) {
        refuse(
            "'includeResources.snapshots' needs 'includeResources.amis': snapshots are only "
            "deleted together with their AMIs.");
    }
    if (request.exclusion_rules && !included.amis.value_or(false)) {
        refuse("'exclusionRules' needs 'includeResources.amis'.");
    }
    if (request.update_at) {
        if (request.state.status != ib::ResourceStatus::deprecated) {
            refuse("'updateAt' is only for the state DEPRECATED.");
        }
        if (*request.update_at <= now) {
            refuse("'updateAt' must be in the future.");
        }
    }
}

bool may_become(const std::string& from, ib::ResourceStatus to) {
    switch (to) {
        case ib::ResourceStatus::deprecated:
            return from == "AVAILABLE";
        case ib::ResourceStatus::disabled:
            return from == "AVAILABLE" || from == "DEPRECATED";
        case ib::ResourceStatus::available:
            return from == "DEPRECATED" || from == "DISABLED";
        case ib::ResourceStatus::deleted:
            break;
    }
    return from != "DELETED";
}

void check_image(db::Connection& connection, const state::ImageRow& image, const Request& request) {
    const std::string& arn = request.resource_arn;
    const auto to = request.state.status.value();
    if (!is_terminal(image.status)) {
        refuse("The image '" + arn + "' is " + image.status +
               ": wait until its build has ended, or cancel it.");
    }
    if (const auto running = state::find_running_state_update(connection, arn)) {
        throw ib::ResourceInUseException("The image '" + arn + "' is being changed by '" +
                                         running->execution_id + "'.");
    }
    const auto body = from_body<ib::Image>(image.row.body);
    if (body.type == ib::ImageType::docker && to != ib::ResourceStatus::deleted) {
        refuse("Container images can only be DELETED.");
    }
    if (!may_become(image.status, to)) {
        refuse("The image '" + arn + "' is " + image.status + ": it cannot become " +
               std::string(to_string(to)) + ".");
    }
    if (to == ib::ResourceStatus::deleted && is_shared(connection, arn)) {
        refuse("The image '" + arn +
               "' is shared with other accounts: change its policy before deleting it.");
    }
}

const char* action_of(ib::ResourceStatus status) {
    switch (status) {
        case ib::ResourceStatus::available:
            return "AVAILABLE";
        case ib::ResourceStatus::deprecated:
            return "DEPRECATE";
        case ib::ResourceStatus::disabled:
            return "DISABLE";
        case ib::ResourceStatus::deleted:
            break;
    }
    return "DELETE";
}

LifecycleInstruction instruction_of_request(const Request& request) {
    const auto included =
        request.include_resources.value_or(ib::ResourceStateUpdateIncludeResources{});
    LifecycleInstruction instruction{.amis = included.amis.value_or(false),
                                     .snapshots = included.snapshots.value_or(false)};
    if (request.exclusion_rules) {
        instruction.exclusions = request.exclusion_rules->amis;
    }
    if (request.update_at) {
        instruction.deprecation_ms = to_ms(*request.update_at);
    }
    return instruction;
}

std::string write_execution(const Dependencies& dependencies, db::Connection& connection,
                            const api::CallContext& context, const Request& request,
                            const LifecycleInstruction& instruction) {
    state::LifecycleExecutionRow execution{
        .execution_id = "lce-" + base::make_uuid(dependencies.random),
        .scope = own_scope(context),
        .image_arn = request.resource_arn,
        .status = request.update_at ? "PENDING" : "IN_PROGRESS",
        .started_ms = to_ms(context.now)};
    require_quota(state::count_running_state_updates(connection, execution.scope),
                  dependencies.quotas.resource_state_updates, "resource state updates at once");
    state::insert_lifecycle_execution(connection, execution);
    state::put_lifecycle_resource(connection, {.execution_id = execution.execution_id,
                                               .parent = "",
                                               .resource_id = request.resource_arn,
                                               .scope = execution.scope,
                                               .action = action_of(request.state.status.value()),
                                               .action_reason = "StartResourceStateUpdate",
                                               .status = "IN_PROGRESS",
                                               .instruction = to_text(instruction),
                                               .started_ms = execution.started_ms});
    state::set_timer(connection, {.kind = std::string(state::lifecycle_execution_timer),
                                  .subject = execution.execution_id,
                                  .scope = execution.scope,
                                  .due_ms = to_ms(request.update_at.value_or(context.now))});
    return execution.execution_id;
}

/// A deprecation in the future is told to the AMIs, and shown by the image, at once; the image's
/// status follows at that time.
void announce(db::Connection& connection, const state::ImageRow& image, const Request& request,
              const std::string& execution_id, bool amis) {
    const std::int64_t moment = to_ms(request.update_at.value());
    state::set_lifecycle(connection, request.resource_arn, moment, execution_id);
    if (!amis || !image.output_resources) {
        return;
    }
    const auto outputs = from_body<ib::OutputResources>(*image.output_resources);
    for (const ib::Ami& ami : outputs.amis.value_or(std::vector<ib::Ami>{})) {
        if (auto row =
                state::find_ami(connection, ami.region.value_or(""), ami.image.value_or(""))) {
            ec2::deprecate_ami(connection, std::move(*row), moment);
        }
    }
}

}  // namespace

ib::StartResourceStateUpdateResponse LifecycleFamily::start_resource_state_update(
    const api::CallContext& context, const Request& request) {
    return once(
        dependencies_.database, context, "StartResourceStateUpdate", request,
        [&](db::Transaction& transaction) {
            check_members(request, context.now);
            const auto arn =
                parse_arn("resourceArn", request.resource_arn, api::ResourceType::image);
            require_own(arn);
            const auto row = resolve_own(transaction, state::image_versions(), context, arn);
            if (!row) {
                throw_not_found(request.resource_arn);
            }
            const auto image = state::with_image_state(transaction, *row);
            check_image(transaction, image, request);
            const LifecycleInstruction instruction = instruction_of_request(request);
            ib::StartResourceStateUpdateResponse response{.resource_arn = request.resource_arn};
            if (instruction.amis || request.update_at) {
                response.lifecycle_execution_id =
                    write_execution(dependencies_, transaction, context, request, instruction);
                if (request.update_at) {
                    announce(transaction, image, request, *response.lifecycle_execution_id,
                             instruction.amis && !instruction.exclusions);
                }
            } else {
                apply_to_record(transaction, request.resource_arn,
                                action_of(request.state.status.value()), instruction, std::nullopt,
                                context.now);
            }
            return response;
        });
}

}  // namespace goldsmith::service::imagebuilder
