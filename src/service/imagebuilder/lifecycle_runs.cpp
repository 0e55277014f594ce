#include "service/imagebuilder/lifecycle_runs.h"

#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/lifecycle_json.h"
#include "base/error.h"
#include "base/random.h"
#include "db/database.h"
#include "service/body.h"
#include "service/imagebuilder/image_removal.h"
#include "service/imagebuilder/image_views.h"
#include "service/imagebuilder/lifecycle_amis.h"
#include "service/imagebuilder/lifecycle_rules.h"
#include "service/imagebuilder/sharing.h"
#include "service/listing.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "state/lifecycle.h"
#include "state/named_rows.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

/// Whether the policy's selection names the recipe that the image was made from.
bool selected_by_recipe(const ib::LifecyclePolicyResourceSelection& selection,
                        const api::Arn& recipe) {
    const auto version = api::parse_version(recipe.version);
    for (const auto& one :
         selection.recipes.value_or(std::vector<ib::LifecyclePolicyResourceSelectionRecipe>{})) {
        const auto pattern = api::VersionPattern::parse(one.semantic_version);
        if (pattern && version && api::slug_of(one.name) == recipe.slug &&
            pattern->matches(*version)) {
            return true;
        }
    }
    return false;
}

std::optional<LifecycleCandidate> candidate(db::Connection& connection,
                                            const ib::LifecyclePolicy& policy,
                                            const state::VersionedRow& row) {
    const auto image = state::with_image_state(connection, row);
    const auto body = from_body<ib::Image>(row.body);
    const bool containers =
        policy.resource_type == ib::LifecyclePolicyResourceType::container_image;
    if ((body.type == ib::ImageType::docker) != containers) {
        return std::nullopt;
    }
    LifecycleCandidate found{.arn = body.arn.value(),
                             .group = image.recipe_arn.value_or(
                                 api::Arn::parse(*body.arn).value().without_build().text()),
                             .created = body.date_created.value(),
                             .status = image.status,
                             .tags = state::tags_of(connection, *body.arn)};
    const auto& selection = policy.resource_selection.value();
    const auto recipe = image.recipe_arn ? api::Arn::parse(*image.recipe_arn) : std::nullopt;
    const bool selected = selection.recipes
                              ? recipe && selected_by_recipe(selection, *recipe)
                              : excluding_tag(*selection.tag_map, found.tags).has_value();
    return selected ? std::optional(std::move(found)) : std::nullopt;
}

std::vector<LifecycleCandidate> candidates(db::Connection& connection,
                                           const ib::LifecyclePolicy& policy,
                                           const state::Scope& scope) {
    std::vector<LifecycleCandidate> found;
    visit_rows(
        [&](std::int64_t before, int limit) {
            return state::image_versions().page_builds(connection, scope, std::nullopt, before,
                                                       limit);
        },
        [](const state::VersionedRow& row) { return row.id; },
        [&](const state::VersionedRow& row) {
            if (auto one = candidate(connection, policy, row)) {
                found.push_back(std::move(*one));
            }
            return true;
        });
    return found;
}

std::string action_name(ib::LifecyclePolicyDetailActionType type) {
    return std::string(to_string(type));
}

LifecycleInstruction instruction_of_rule(const ib::LifecyclePolicyDetail& detail) {
    const auto included =
        detail.action.include_resources.value_or(ib::LifecyclePolicyDetailActionIncludeResources{});
    LifecycleInstruction instruction{.amis = included.amis.value_or(false),
                                     .snapshots = included.snapshots.value_or(false)};
    if (detail.exclusion_rules) {
        instruction.exclusions = detail.exclusion_rules->amis;
    }
    return instruction;
}

std::string rule_text(const ib::LifecyclePolicyDetail& detail) {
    const auto& filter = detail.filter;
    std::string text = std::string(to_string(filter.type)) + " " + std::to_string(filter.value);
    if (filter.unit) {
        text += " " + std::string(to_string(*filter.unit));
    }
    return "Rule " + text;
}

void put_decision(db::Connection& connection, const state::LifecycleExecutionRow& execution,
                  const ib::LifecyclePolicyDetail& detail, const LifecycleDecision& decision) {
    state::put_lifecycle_resource(
        connection,
        {.execution_id = execution.execution_id,
         .parent = "",
         .resource_id = decision.arn,
         .scope = execution.scope,
         .action = action_name(detail.action.type),
         .action_reason = rule_text(detail),
         .status = decision.excluded ? "SKIPPED" : "IN_PROGRESS",
         .reason = decision.excluded,
         .instruction = to_text(instruction_of_rule(detail)),
         .started_ms = execution.started_ms,
         .ended_ms = decision.excluded ? std::optional(execution.started_ms) : std::nullopt});
}

void write_execution(const Dependencies& dependencies, db::Connection& connection,
                     const state::NamedRow& row, base::Time now) {
    auto policy = from_body<ib::LifecyclePolicy>(row.body);
    state::LifecycleExecutionRow execution{
        .execution_id = "lce-" + base::make_uuid(dependencies.random),
        .scope = row.scope,
        .policy_arn = policy.arn,
        .status = "IN_PROGRESS",
        .started_ms = to_ms(now)};
    state::insert_lifecycle_execution(connection, execution);
    const auto& details = policy.policy_details.value();
    for (const LifecycleDecision& decision :
         decide_lifecycle(details, candidates(connection, policy, row.scope), now)) {
        put_decision(connection, execution, details[decision.rule], decision);
    }
    state::set_timer(connection, {.kind = std::string(state::lifecycle_execution_timer),
                                  .subject = execution.execution_id,
                                  .scope = row.scope,
                                  .due_ms = to_ms(now)});
    policy.date_last_run = now;
    state::lifecycle_policies().update(connection, row.id, to_body(policy),
                                       row.updated_ms.value_or(row.created_ms));
}

/// One image of an execution.
class ImageWork {
public:
    ImageWork(const Dependencies& dependencies, state::LifecycleResourceRow row, base::Time now)
        : dependencies_(dependencies), row_(std::move(row)), now_(now) {}

    void act() {
        const auto image = dependencies_.database.read([&](db::Connection& connection) {
            return state::find_image(connection, row_.resource_id);
        });
        if (!image) {
            return end("SUCCESS", "It is gone already.");
        }
        if (!is_terminal(image->status)) {
            return end("SKIPPED", "It is being built.");
        }
        const LifecycleInstruction instruction = instruction_of(row_.instruction);
        const AmisOutcome outcome = act_on_amis(dependencies_, *image, row_, instruction, now_);
        if (outcome.failed) {
            return end("FAILED", "At least one of its AMIs could not be changed.");
        }
        if (outcome.excluded) {
            return end("SKIPPED", "At least one of its AMIs or snapshots was left alone.");
        }
        change_record(instruction);
    }

    void end(const std::string& status, const std::optional<std::string>& reason = {}) {
        dependencies_.database.write(
            [&](db::Transaction& transaction) { mark(transaction, status, reason); });
    }

private:
    void mark(db::Connection& connection, const std::string& status,
              const std::optional<std::string>& reason) {
        row_.status = status;
        row_.reason = reason;
        row_.ended_ms = to_ms(now_);
        state::put_lifecycle_resource(connection, row_);
    }

    void change_record(const LifecycleInstruction& instruction) {
        dependencies_.database.write([&](db::Transaction& transaction) {
            if (row_.action == "DELETE" && is_shared(transaction, row_.resource_id)) {
                return mark(transaction, "SKIPPED", "Its policy shares it with other accounts.");
            }
            apply_to_record(transaction, row_.resource_id, row_.action, instruction,
                            row_.execution_id, now_);
            mark(transaction, "SUCCESS", std::nullopt);
        });
    }

    const Dependencies& dependencies_;
    state::LifecycleResourceRow row_;
    base::Time now_;
};

}  // namespace

void apply_to_record(db::Transaction& transaction, const std::string& image_arn,
                     const std::string& action, const LifecycleInstruction& instruction,
                     const std::optional<std::string>& execution_id, base::Time now) {
    if (action == "DELETE") {
        return remove_image_record(transaction, image_arn);
    }
    const auto image = state::find_image(transaction, image_arn);
    if (!image) {
        return;
    }
    std::optional<std::int64_t> deprecation = image->deprecation_ms;
    if (action == "DEPRECATE") {
        deprecation = instruction.deprecation_ms.value_or(to_ms(now));
    } else if (action == "AVAILABLE") {
        deprecation.reset();
    }
    const char* status = action == "DEPRECATE" ? "DEPRECATED"
                         : action == "DISABLE" ? "DISABLED"
                                               : "AVAILABLE";
    state::set_image_status(transaction, image_arn, status, std::nullopt, to_ms(now));
    state::set_lifecycle(transaction, image_arn, deprecation,
                         execution_id ? execution_id : image->lifecycle_execution_id);
}

void LifecycleRuns::start(const state::Timer& policy, base::Time now) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto arn = api::Arn::parse(policy.subject);
        const auto row =
            arn ? state::lifecycle_policies().find(transaction, policy.scope, arn->slug)
                : std::nullopt;
        if (!row) {
            return state::clear_timer(transaction, policy.kind, policy.subject);
        }
        const auto last = state::page_lifecycle_executions(transaction, policy.subject,
                                                           state::from_the_newest, 1);
        if (last.empty() || last.front().ended_ms) {
            write_execution(dependencies_, transaction, *row, now);
        }
        // From now, not from the moment it was due: a server that was off does not catch up.
        state::Timer next = policy;
        next.due_ms = to_ms(now + dependencies_.lifecycle_interval);
        state::set_timer(transaction, next);
    });
}

void LifecycleRuns::carry_out(const state::Timer& timer, base::Time now) {
    const auto end = [&](const char* status, const std::optional<std::string>& reason) {
        dependencies_.database.write([&](db::Transaction& transaction) {
            state::set_lifecycle_status(transaction, timer.subject, status, reason, to_ms(now));
            state::clear_timer(transaction, timer.kind, timer.subject);
        });
    };
    for (;;) {
        const auto [execution, image] =
            dependencies_.database.read([&](db::Connection& connection) {
                return std::pair(state::find_lifecycle_execution(connection, timer.subject),
                                 state::next_lifecycle_image(connection, timer.subject));
            });
        if (!execution || execution->ended_ms) {
            dependencies_.database.write([&](db::Transaction& transaction) {
                state::clear_timer(transaction, timer.kind, timer.subject);
            });
            return;
        }
        if (execution->status == "CANCELLING") {
            return end("CANCELLED", std::nullopt);
        }
        if (execution->status == "PENDING") {
            dependencies_.database.write([&](db::Transaction& transaction) {
                state::set_lifecycle_status(transaction, timer.subject, "IN_PROGRESS", std::nullopt,
                                            std::nullopt);
            });
            continue;
        }
        if (!image) {
            break;
        }
        ImageWork work(dependencies_, *image, now);
        try {
            work.act();
        } catch (const std::exception& error) {
            work.end("FAILED", base::error_chain(error));
        }
    }
    const bool failed = dependencies_.database.read([&](db::Connection& connection) {
        return state::has_failed_lifecycle_resource(connection, timer.subject);
    });
    failed ? end("FAILED", "At least one resource could not be changed.")
           : end("SUCCESS", std::nullopt);
}

}  // namespace goldsmith::service::imagebuilder
