#include "service/imagebuilder/pipelines.h"

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/pipelines_json.h"
#include "api/list_filters.h"
#include "service/body.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/image_views.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/pipeline_runs.h"
#include "service/imagebuilder/pipeline_settings.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/start_build.h"
#include "service/milliseconds.h"
#include "state/tags.h"
#include "state/timers.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {{"description"},    {"distributionConfigurationArn"},
                                            {"imageRecipeArn"}, {"infrastructureConfigurationArn"},
                                            {"name"},           {"status"}};
constexpr api::FilterRule image_filter_rules[] = {{"name"}, {"version", api::Match::version}};

ib::CreateImagePipelineResponse create(const Dependencies& dependencies, db::Connection& connection,
                                       const api::CallContext& context,
                                       const ib::CreateImagePipelineRequest& request) {
    const auto& rows = state::image_pipelines();
    const api::Arn arn = api::make_arn(api::ResourceType::image_pipeline, context.region,
                                       context.account, request.name);
    ib::ImagePipeline pipeline = settings_of_request(request);
    pipeline.platform = check_pipeline(connection, context, pipeline);
    require_quota(rows.count(connection, own_scope(context)), dependencies.quotas.image_pipelines,
                  "image pipelines");
    if (rows.find(connection, own_scope(context), arn.slug)) {
        throw ib::ResourceAlreadyExistsException("The image pipeline '" + arn.text() +
                                                 "' already exists.");
    }
    pipeline.arn = arn.text();
    pipeline.name = request.name;
    pipeline.date_created = context.now;
    state::NamedRow row{.scope = own_scope(context),
                        .slug = arn.slug,
                        .created_ms = to_ms(context.now),
                        .body = to_body(pipeline)};
    rows.insert(connection, row);
    set_next_run(connection, row.scope, pipeline, context.now);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token, .image_pipeline_arn = arn.text()};
}

state::NamedRow require_row(db::Connection& connection, const api::CallContext& context,
                            const std::string& text) {
    const auto arn = parse_arn("imagePipelineArn", text, api::ResourceType::image_pipeline);
    auto row = find_named(connection, state::image_pipelines(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return std::move(*row);
}

/// The pipeline with its tags and what its images say about its last run.
ib::ImagePipeline view(db::Connection& connection, const state::NamedRow& row) {
    auto pipeline = from_body<ib::ImagePipeline>(row.body);
    pipeline.tags = state::tags_of(connection, pipeline.arn.value());
    pipeline.consecutive_failures = consecutive_failures(connection, pipeline);
    if (const auto timer = state::find_timer(connection, state::pipeline_timer, *pipeline.arn)) {
        pipeline.date_next_run = from_ms(timer->due_ms);
    }
    const auto last =
        state::page_images_of_pipeline(connection, *pipeline.arn, state::from_the_newest, 1);
    if (!last.empty()) {
        ib::ImageStatus status{};
        from_string(last.front().status, status);
        pipeline.last_run_status = status;
        pipeline.date_last_run = from_ms(last.front().row.created_ms);
    }
    return pipeline;
}

std::vector<std::string> filter_values(const ib::ImagePipeline& pipeline, std::string_view name) {
    std::optional<std::string> value;
    if (name == "name") {
        value = pipeline.name;
    } else if (name == "description") {
        value = pipeline.description;
    } else if (name == "imageRecipeArn") {
        value = pipeline.image_recipe_arn;
    } else if (name == "infrastructureConfigurationArn") {
        value = pipeline.infrastructure_configuration_arn;
    } else if (name == "distributionConfigurationArn") {
        value = pipeline.distribution_configuration_arn;
    } else {
        value = std::string(to_string(pipeline.status.value()));
    }
    return value ? std::vector<std::string>{*value} : std::vector<std::string>{};
}

}  // namespace

ib::CreateImagePipelineResponse PipelineFamily::create_image_pipeline(
    const api::CallContext& context, const ib::CreateImagePipelineRequest& request) {
    return once(dependencies_.database, context, "CreateImagePipeline", request,
                [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::UpdateImagePipelineResponse PipelineFamily::update_image_pipeline(
    const api::CallContext& context, const ib::UpdateImagePipelineRequest& request) {
    return once(dependencies_.database, context, "UpdateImagePipeline", request,
                [&](db::Connection& connection) {
                    const auto row = require_row(connection, context, request.image_pipeline_arn);
                    const auto before = from_body<ib::ImagePipeline>(row.body);
                    ib::ImagePipeline pipeline = settings_of_request(request);
                    pipeline.platform = check_pipeline(connection, context, pipeline);
                    pipeline.arn = before.arn;
                    pipeline.name = before.name;
                    pipeline.date_created = before.date_created;
                    pipeline.date_updated = context.now;
                    state::image_pipelines().update(connection, row.id, to_body(pipeline),
                                                    to_ms(context.now));
                    set_next_run(connection, row.scope, pipeline, context.now);
                    return ib::UpdateImagePipelineResponse{
                        .client_token = request.client_token,
                        .image_pipeline_arn = request.image_pipeline_arn};
                });
}

ib::DeleteImagePipelineResponse PipelineFamily::delete_image_pipeline(
    const api::CallContext& context, const ib::DeleteImagePipelineRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = require_row(connection, context, request.image_pipeline_arn);
        state::image_pipelines().erase(connection, row.id);
        state::clear_timer(connection, state::pipeline_timer, request.image_pipeline_arn);
        state::erase_tags(connection, request.image_pipeline_arn);
    });
    return {.image_pipeline_arn = request.image_pipeline_arn};
}

ib::GetImagePipelineResponse PipelineFamily::get_image_pipeline(
    const api::CallContext& context, const ib::GetImagePipelineRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_row(connection, context, request.image_pipeline_arn);
        return ib::GetImagePipelineResponse{.image_pipeline = view(connection, row)};
    });
}

ib::ListImagePipelinesResponse PipelineFamily::list_image_pipelines(
    const api::CallContext& context, const ib::ListImagePipelinesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::image_pipelines().page(connection, own_scope(context), before, limit);
        };
        const auto keep = [&](const state::NamedRow& row) {
            const auto pipeline = from_body<ib::ImagePipeline>(row.body);
            return filters.matches(
                [&](std::string_view name) { return filter_values(pipeline, name); });
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListImagePipelines", request,
                              fetch, row_id, keep);
        std::vector<ib::ImagePipeline> items;
        for (const auto& row : page.items) {
            items.push_back(view(connection, row));
        }
        return ib::ListImagePipelinesResponse{.image_pipeline_list = std::move(items),
                                              .next_token = page.next_token};
    });
}

ib::ListImagePipelineImagesResponse PipelineFamily::list_image_pipeline_images(
    const api::CallContext& context, const ib::ListImagePipelineImagesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, image_filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        require_row(connection, context, request.image_pipeline_arn);
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_images_of_pipeline(connection, request.image_pipeline_arn, before,
                                                  limit);
        };
        const auto keep = [&](const state::ImageRow& row) {
            return filters.matches(
                [&](std::string_view name) { return image_filter_values(row, name); });
        };
        auto page = list_page(
            dependencies_.page_tokens, context, "ListImagePipelineImages", request, fetch,
            [](const auto& row) { return row.row.id; }, keep);
        std::vector<ib::ImageSummary> items;
        for (const auto& row : page.items) {
            items.push_back(summarize_image(connection, context, row));
        }
        return ib::ListImagePipelineImagesResponse{.image_summary_list = std::move(items),
                                                   .next_token = page.next_token};
    });
}

ib::StartImagePipelineExecutionResponse PipelineFamily::start_image_pipeline_execution(
    const api::CallContext& context, const ib::StartImagePipelineExecutionRequest& request) {
    std::optional<std::string> started;
    ib::ImagePipeline pipeline;
    auto response =
        once(dependencies_.database, context, "StartImagePipelineExecution", request,
             [&](db::Transaction& transaction) {
                 const auto row = require_row(transaction, context, request.image_pipeline_arn);
                 pipeline = from_body<ib::ImagePipeline>(row.body);
                 const StartedBuild build =
                     start_build(dependencies_, transaction, context,
                                 {.request = order_of(pipeline, request.tags, request.client_token),
                                  .build_type = ib::BuildType::user_initiated,
                                  .pipeline_arn = pipeline.arn});
                 started = build.execution_id;
                 return ib::StartImagePipelineExecutionResponse{
                     .client_token = request.client_token,
                     .image_build_version_arn = build.image.text()};
             });
    if (started) {
        log_run(dependencies_, context, pipeline,
                "Started " + response.image_build_version_arn.value() + ": on request.");
        if (dependencies_.notify) {
            dependencies_.notify(*started);
        }
    }
    return response;
}

}  // namespace goldsmith::service::imagebuilder
