#include "service/imagebuilder/pipeline_runs.h"

#include "api/error.h"
#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/pipelines_json.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "base/random.h"
#include "db/database.h"
#include "service/body.h"
#include "service/imagebuilder/new_image.h"
#include "service/imagebuilder/parent_image.h"
#include "service/imagebuilder/recipe_components.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/schedule.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "store/log_stream.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr int images_looked_at = 100;

std::optional<ib::Image> last_image(db::Connection& connection, const std::string& pipeline_arn) {
    const auto rows =
        state::page_images_of_pipeline(connection, pipeline_arn, state::from_the_newest, 1);
    return rows.empty() ? std::nullopt : std::optional(from_body<ib::Image>(rows[0].row.body));
}

/// The scheduler acts for the account itself.
api::CallContext context_of(const state::Scope& scope, base::Time now, base::Random& random) {
    api::CallContext context;
    context.account = scope.account;
    context.region = scope.region;
    context.principal_arn = "arn:aws:iam::" + scope.account + ":root";
    context.request_id = base::make_uuid(random);
    context.now = now;
    return context;
}

bool must_disable(db::Connection& connection, const ib::ImagePipeline& pipeline) {
    const auto& policy = pipeline.schedule->auto_disable_policy;
    return policy && consecutive_failures(connection, pipeline) >= policy->failure_count;
}

/// Why the run starts; nothing when it is skipped.
std::optional<std::string> reason_to_start(const Dependencies& dependencies,
                                           db::Connection& connection,
                                           const api::CallContext& context,
                                           const ib::ImagePipeline& pipeline) {
    if (pipeline.schedule->pipeline_execution_start_condition ==
        ib::PipelineExecutionStartCondition::expression_match_only) {
        return "The schedule matches.";
    }
    return dependency_update(dependencies, connection, context, pipeline);
}

struct ScheduledRun {
    ib::ImagePipeline pipeline{};
    std::string line{};
    std::optional<std::string> execution{};
};

/// Everything that a due timer does, but for the log and the notification.
std::optional<ScheduledRun> run(const Dependencies& dependencies, db::Transaction& transaction,
                                const api::CallContext& context, const state::Timer& timer) {
    const auto arn = api::Arn::parse(timer.subject);
    const auto row =
        arn ? state::image_pipelines().find(transaction, timer.scope, arn->slug) : std::nullopt;
    if (!row) {
        state::clear_timer(transaction, timer.kind, timer.subject);
        return std::nullopt;
    }
    ScheduledRun result{.pipeline = from_body<ib::ImagePipeline>(row->body)};
    ib::ImagePipeline& pipeline = result.pipeline;
    set_next_run(transaction, timer.scope, pipeline, context.now);
    if (pipeline.status == ib::PipelineStatus::disabled || !pipeline.schedule) {
        return std::nullopt;
    }
    if (must_disable(transaction, pipeline)) {
        pipeline.status = ib::PipelineStatus::disabled;
        state::image_pipelines().update(transaction, row->id, to_body(pipeline),
                                        row->updated_ms.value_or(row->created_ms));
        state::clear_timer(transaction, timer.kind, timer.subject);
        result.line = "The pipeline was disabled after " +
                      std::to_string(consecutive_failures(transaction, pipeline)) +
                      " scheduled builds that failed one after another.";
        return result;
    }
    const auto reason = reason_to_start(dependencies, transaction, context, pipeline);
    if (!reason) {
        result.line = "Skipped: nothing that the recipe depends on has changed since the last run.";
        return result;
    }
    const StartedBuild build =
        start_build(dependencies, transaction, context,
                    {.request = order_of(pipeline, pipeline.image_tags, context.request_id),
                     .build_type = ib::BuildType::scheduled,
                     .pipeline_arn = pipeline.arn});
    result.execution = build.execution_id;
    result.line = "Started " + build.image.text() + ": " + *reason;
    return result;
}

/// The pipeline could not be run at all (its recipe is gone, ...): the next time is set, so that it
/// is tried again then.
void give_up(const Dependencies& dependencies, const api::CallContext& context,
             const state::Timer& timer, const std::string& why) {
    const auto pipeline = dependencies.database.write(
        [&](db::Transaction& transaction) -> std::optional<ib::ImagePipeline> {
            const auto arn = api::Arn::parse(timer.subject);
            const auto row =
                arn ? state::image_pipelines().find(transaction, timer.scope, arn->slug)
                    : std::nullopt;
            if (!row) {
                return std::nullopt;
            }
            auto found = from_body<ib::ImagePipeline>(row->body);
            set_next_run(transaction, timer.scope, found, context.now);
            return found;
        });
    if (pipeline) {
        log_run(dependencies, context, *pipeline, "Not started: " + why);
    }
}

}  // namespace

ib::CreateImageRequest order_of(const ib::ImagePipeline& pipeline,
                                const std::optional<std::map<std::string, std::string>>& tags,
                                const std::string& client_token) {
    ib::CreateImageRequest order{
        .image_recipe_arn = pipeline.image_recipe_arn,
        .container_recipe_arn = pipeline.container_recipe_arn,
        .distribution_configuration_arn = pipeline.distribution_configuration_arn,
        .infrastructure_configuration_arn = pipeline.infrastructure_configuration_arn.value(),
        .image_tests_configuration = pipeline.image_tests_configuration,
        .enhanced_image_metadata_enabled = pipeline.enhanced_image_metadata_enabled,
        .tags = tags,
        .client_token = client_token,
        .image_scanning_configuration = pipeline.image_scanning_configuration,
        .workflows = pipeline.workflows,
        .execution_role = pipeline.execution_role};
    if (pipeline.logging_configuration && pipeline.logging_configuration->image_log_group_name) {
        order.logging_configuration = ib::ImageLoggingConfiguration{
            .log_group_name = pipeline.logging_configuration->image_log_group_name};
    }
    return with_build_defaults(std::move(order));
}

void set_next_run(db::Connection& connection, const state::Scope& scope,
                  const ib::ImagePipeline& pipeline, base::Time now) {
    std::optional<base::Time> next;
    if (pipeline.status != ib::PipelineStatus::disabled && pipeline.schedule &&
        pipeline.schedule->schedule_expression) {
        const auto schedule = Schedule::parse(*pipeline.schedule->schedule_expression,
                                              pipeline.schedule->timezone.value_or("UTC"));
        next = schedule->next(now, pipeline.date_updated.value_or(pipeline.date_created.value()));
    }
    const std::string& arn = pipeline.arn.value();
    if (next) {
        state::set_timer(connection, {.kind = std::string(state::pipeline_timer),
                                      .subject = arn,
                                      .scope = scope,
                                      .due_ms = to_ms(*next)});
    } else {
        state::clear_timer(connection, state::pipeline_timer, arn);
    }
}

std::int32_t consecutive_failures(db::Connection& connection, const ib::ImagePipeline& pipeline) {
    std::int32_t failures = 0;
    const std::int64_t since = pipeline.date_updated ? to_ms(*pipeline.date_updated) : 0;
    for (const auto& image : state::page_images_of_pipeline(
             connection, pipeline.arn.value(), state::from_the_newest, images_looked_at)) {
        const bool failed = image.status == "FAILED";
        if (image.row.created_ms < since ||
            (!failed && image.output_resources && image.status != "CANCELLED")) {
            break;
        }
        const auto type = from_body<ib::Image>(image.row.body).build_type;
        failures += failed && type == ib::BuildType::scheduled ? 1 : 0;
    }
    return failures;
}

std::optional<std::string> dependency_update(const Dependencies& dependencies,
                                             db::Connection& connection,
                                             const api::CallContext& context,
                                             const ib::ImagePipeline& pipeline) {
    const auto last = last_image(connection, pipeline.arn.value());
    if (!last || !last->image_recipe || !pipeline.image_recipe_arn) {
        return "This is the first run.";
    }
    const auto changed = [](const std::string& arn) {
        return "The dependency '" + arn + "' is new.";
    };
    const auto row = resolve(
        connection, state::image_recipes(), context,
        parse_arn("imageRecipeArn", *pipeline.image_recipe_arn, api::ResourceType::image_recipe));
    if (!row) {
        throw_not_found(*pipeline.image_recipe_arn);
    }
    const auto recipe = from_body<ib::ImageRecipe>(row->body);
    if (recipe.arn != last->image_recipe->arn) {
        return changed(*recipe.arn);
    }
    const ParentImage parent = resolve_parent(dependencies, connection, context,
                                              recipe.parent_image.value(), ParentUse::build);
    if (parent.reference != last->image_recipe->parent_image) {
        return changed(parent.reference);
    }
    const auto then =
        last->image_recipe->components.value_or(std::vector<ib::ComponentConfiguration>{});
    const auto now = resolve_components(
        connection, context, recipe.components.value_or(std::vector<ib::ComponentConfiguration>{}),
        parent);
    for (std::size_t i = 0; i < now.size(); ++i) {
        const std::string& arn = now[i].component.arn.value();
        if (i >= then.size() || then[i].component_arn != arn) {
            return changed(arn);
        }
    }
    return std::nullopt;
}

void log_run(const Dependencies& dependencies, const api::CallContext& context,
             const ib::ImagePipeline& pipeline, const std::string& line) {
    const auto& logging = pipeline.logging_configuration;
    const std::string group =
        logging && logging->pipeline_log_group_name
            ? *logging->pipeline_log_group_name
            : "/aws/imagebuilder/pipeline/" + in_log_group(pipeline.name.value());
    std::string stream = base::format_iso8601(context.now).substr(0, 10);
    std::replace(stream.begin(), stream.end(), '-', '/');
    try {
        store::LogStore logs(dependencies.logs_directory, context.region, context.account);
        logs.writer(group, stream).append(to_ms(context.now), line);
    } catch (const std::exception&) {
        // A full disk fails the build that was started, with its own cause.
    }
}

void run_scheduled(const Dependencies& dependencies, const state::Timer& timer, base::Time now) {
    const api::CallContext context = context_of(timer.scope, now, dependencies.random);
    std::optional<ScheduledRun> done;
    try {
        done = dependencies.database.write([&](db::Transaction& transaction) {
            return run(dependencies, transaction, context, timer);
        });
    } catch (const api::ApiError& error) {
        return give_up(dependencies, context, timer, error.what());
    }
    if (!done) {
        return;
    }
    log_run(dependencies, context, done->pipeline, done->line);
    if (done->execution && dependencies.notify) {
        dependencies.notify(*done->execution);
    }
}

}  // namespace goldsmith::service::imagebuilder
