#include "service/imagebuilder/pipeline_settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "service/body.h"
#include "service/imagebuilder/build_plan.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/start_build.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

[[noreturn]] void throw_bad_schedule(const std::string& expression, const std::string& why) {
    throw ib::InvalidRequestException(
        "The value supplied for parameter 'schedule.scheduleExpression' is not valid: '" +
        expression + "'. " + why);
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        if (c != ' ') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) {
        words.push_back(std::move(word));
    }
    return words;
}

void check_cron(const std::string& expression, std::string_view fields_text) {
    const auto fields = words_of(fields_text);
    if (fields.size() != 5 && fields.size() != 6) {
        throw_bad_schedule(expression,
                           "cron(...) takes six fields: minute, hour, day of month, month, day of "
                           "week, year.");
    }
    for (const std::string& field : fields) {
        const bool good = std::all_of(field.begin(), field.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 ||
                   std::string_view(",-*?/#").find(static_cast<char>(c)) != std::string_view::npos;
        });
        if (!good) {
            throw_bad_schedule(expression, "The field '" + field + "' is not understood.");
        }
    }
    if (fields[2] == "?" && fields[4] == "?") {
        throw_bad_schedule(expression, "Day of month and day of week cannot both be '?'.");
    }
}

void check_rate(const std::string& expression, std::string_view text) {
    const auto words = words_of(text);
    std::int64_t value = 0;
    if (words.size() == 2) {
        std::from_chars(words[0].data(), words[0].data() + words[0].size(), value);
    }
    const std::string unit = words.size() == 2 ? words[1] : "";
    const bool singular = unit == "minute" || unit == "hour" || unit == "day";
    const bool plural = unit == "minutes" || unit == "hours" || unit == "days";
    if (value <= 0 || (value == 1 ? !singular : !plural)) {
        throw_bad_schedule(expression,
                           "Expected rate(1 minute|hour|day) or rate(<n> minutes|hours|days).");
    }
}

void require_configurations(db::Connection& connection, const api::CallContext& context,
                            const ib::ImagePipeline& pipeline) {
    const std::string& infrastructure = pipeline.infrastructure_configuration_arn.value();
    if (!find_named(connection, state::infrastructure_configurations(), context,
                    parse_arn("infrastructureConfigurationArn", infrastructure,
                              api::ResourceType::infrastructure_configuration))) {
        throw_not_found(infrastructure);
    }
    if (pipeline.distribution_configuration_arn) {
        const std::string& distribution = *pipeline.distribution_configuration_arn;
        if (!find_named(connection, state::distribution_configurations(), context,
                        parse_arn("distributionConfigurationArn", distribution,
                                  api::ResourceType::distribution_configuration))) {
            throw_not_found(distribution);
        }
    }
}

}  // namespace

void check_schedule_expression(const std::string& expression) {
    const bool closed = expression.ends_with(')');
    if (closed && expression.starts_with("cron(")) {
        check_cron(expression, std::string_view(expression).substr(5, expression.size() - 6));
    } else if (closed && expression.starts_with("rate(")) {
        check_rate(expression, std::string_view(expression).substr(5, expression.size() - 6));
    } else {
        throw_bad_schedule(expression, "Expected cron(...) or rate(...).");
    }
}

void fill_defaults(ib::ImagePipeline& pipeline) {
    ib::ImageTestsConfiguration tests =
        pipeline.image_tests_configuration.value_or(ib::ImageTestsConfiguration{});
    tests.image_tests_enabled = tests.image_tests_enabled.value_or(true);
    tests.timeout_minutes = tests.timeout_minutes.value_or(720);
    pipeline.image_tests_configuration = tests;
    pipeline.enhanced_image_metadata_enabled =
        pipeline.enhanced_image_metadata_enabled.value_or(true);
    pipeline.status = pipeline.status.value_or(ib::PipelineStatus::enabled);
    if (pipeline.schedule) {
        auto& schedule = *pipeline.schedule;
        schedule.timezone = schedule.timezone.value_or("UTC");
        schedule.pipeline_execution_start_condition =
            schedule.pipeline_execution_start_condition.value_or(
                ib::PipelineExecutionStartCondition::
                    expression_match_and_dependency_updates_available);
    }
}

ib::Platform check_pipeline(db::Connection& connection, const api::CallContext& context,
                            const ib::ImagePipeline& pipeline) {
    const std::string recipe =
        require_recipe_arn(pipeline.image_recipe_arn, pipeline.container_recipe_arn);
    const auto row = resolve(connection, state::image_recipes(), context,
                             parse_arn("imageRecipeArn", recipe, api::ResourceType::image_recipe));
    if (!row) {
        throw_not_found(recipe);
    }
    require_configurations(connection, context, pipeline);
    const auto& logging = pipeline.logging_configuration;
    require_role_if_needed(pipeline.workflows && !pipeline.workflows->empty(),
                           logging ? logging->image_log_group_name : std::nullopt,
                           pipeline.execution_role);
    check_workflows(connection, context, pipeline.workflows);
    if (pipeline.schedule && pipeline.schedule->schedule_expression) {
        check_schedule_expression(*pipeline.schedule->schedule_expression);
    }
    return from_body<ib::ImageRecipe>(row->body).platform.value();
}

}  // namespace goldsmith::service::imagebuilder
