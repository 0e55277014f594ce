// What the rules of a policy say about images, without a database.
#include "service/imagebuilder/lifecycle_rules.h"

#include <gtest/gtest.h>

#include "api/error.h"

namespace goldsmith::service::imagebuilder {
namespace {

namespace ib = api::imagebuilder;
using Action = ib::LifecyclePolicyDetailActionType;
using Filter = ib::LifecyclePolicyDetailFilterType;
using Unit = ib::LifecyclePolicyTimeUnit;

const base::Time now = base::parse_iso8601("2026-11-25T12:00:00Z").value();

LifecycleCandidate image(const std::string& arn, int days_old,
                         const std::string& status = "AVAILABLE",
                         const std::string& group = "web/1.0.0") {
    return {
        .arn = arn, .group = group, .created = now - std::chrono::days(days_old), .status = status};
}

ib::LifecyclePolicyDetail rule(Action action, Filter filter, int value,
                               std::optional<Unit> unit = {}, std::optional<int> retain = {}) {
    return {.action = {.type = action},
            .filter = {.type = filter, .value = value, .unit = unit, .retain_at_least = retain}};
}

/// "a:DELETE b:DEPRECATE(excluded)"
std::string decided(const std::vector<ib::LifecyclePolicyDetail>& details,
                    const std::vector<LifecycleCandidate>& images) {
    std::string text;
    for (const auto& decision : decide_lifecycle(details, images, now)) {
        text += (text.empty() ? "" : " ") + decision.arn + ":" +
                std::string(to_string(details[decision.rule].action.type)) +
                (decision.excluded ? "(excluded)" : "");
    }
    return text;
}

TEST(LifecycleRulesTest, CountKeepsTheNewestOfEachRecipeVersion) {
    const std::vector images{image("e", 0), image("d", 1, "AVAILABLE", "web/2.0.0"), image("c", 2),
                             image("b", 3), image("a", 4)};
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 2)}, images), "b:DELETE a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 1)}, images),
              "c:DELETE b:DELETE a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 3)}, images), "a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 4)}, images), "");
}

TEST(LifecycleRulesTest, AgeTakesTheOldOnesAndRetainsTheNewest) {
    const std::vector images{image("c", 10), image("b", 20), image("a", 30)};
    EXPECT_EQ(decided({rule(Action::delete_, Filter::age, 15, Unit::days)}, images),
              "b:DELETE a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::age, 15, Unit::days, 2)}, images), "a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::age, 3, Unit::weeks)}, images), "a:DELETE");
    EXPECT_EQ(decided({rule(Action::delete_, Filter::age, 1, Unit::months)}, images), "");
}

TEST(LifecycleRulesTest, FailedImagesUseNoSlotAndAreDeleted) {
    const std::vector images{image("d", 0, "FAILED"), image("c", 1), image("b", 2, "CANCELLED"),
                             image("a", 3)};
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 2)}, images), "d:DELETE b:DELETE");
    EXPECT_EQ(decided({rule(Action::deprecate, Filter::count, 1)}, images), "a:DEPRECATE");
}

TEST(LifecycleRulesTest, ImagesBeingBuiltAreLeftAlone) {
    const std::vector images{image("b", 1, "BUILDING"), image("a", 2, "PENDING")};
    EXPECT_EQ(decided({rule(Action::delete_, Filter::count, 1)}, images), "");
}

TEST(LifecycleRulesTest, AnImageGetsOneActionAndTheMildestFirst) {
    const std::vector details{rule(Action::delete_, Filter::age, 30, Unit::days),
                              rule(Action::disable, Filter::age, 20, Unit::days),
                              rule(Action::deprecate, Filter::age, 10, Unit::days)};
    const std::vector images{image("d", 5), image("c", 15), image("b", 25, "DEPRECATED"),
                             image("a", 40, "DISABLED")};
    EXPECT_EQ(decided(details, images), "c:DEPRECATE b:DISABLE a:DELETE");
    EXPECT_EQ(decided(details, {image("x", 40)}), "x:DEPRECATE");
}

TEST(LifecycleRulesTest, RetentionIsCountedBeforeTagsExclude) {
    auto details = std::vector{rule(Action::delete_, Filter::count, 1)};
    details[0].exclusion_rules = ib::LifecyclePolicyDetailExclusionRules{
        .tag_map = std::map<std::string, std::string>{{"keep", "yes"}}};
    auto images = std::vector{image("c", 0), image("b", 1), image("a", 2)};
    images[1].tags = {{"keep", "yes"}};
    images[2].tags = {{"keep", "no"}};
    EXPECT_EQ(decided(details, images), "b:DELETE(excluded) a:DELETE");
}

TEST(LifecycleRulesTest, MonthsAndYearsAreThoseOfTheCalendar) {
    const auto before = [](const char* moment, int value, Unit unit) {
        return base::format_iso8601(time_before(base::parse_iso8601(moment).value(), value, unit));
    };
    EXPECT_EQ(before("2026-03-31T10:00:00Z", 1, Unit::months), "2026-02-28T10:00:00.000Z");
    EXPECT_EQ(before("2026-01-15T10:00:00Z", 13, Unit::months), "2024-12-15T10:00:00.000Z");
    EXPECT_EQ(before("2028-02-29T10:00:00Z", 1, Unit::years), "2027-02-28T10:00:00.000Z");
    EXPECT_EQ(before("2026-03-31T10:00:00Z", 1000, Unit::years), "1026-03-31T10:00:00.000Z");
}

TEST(LifecycleRulesTest, RefusesWhatDoesNotGoTogether) {
    using Type = ib::LifecyclePolicyResourceType;
    const ib::LifecyclePolicyResourceSelection tags{
        .tag_map = std::map<std::string, std::string>{{"a", "b"}}};
    const auto refused = [](Type type, std::vector<ib::LifecyclePolicyDetail> details,
                            const ib::LifecyclePolicyResourceSelection& selection) {
        try {
            check_lifecycle_rules(type, details, selection);
        } catch (const api::ApiError& error) {
            return error.code() + " " + error.what();
        }
        return std::string("taken");
    };
    const auto good = rule(Action::delete_, Filter::count, 1);
    auto snapshots = good;
    snapshots.action.include_resources =
        ib::LifecyclePolicyDetailActionIncludeResources{.snapshots = true};
    auto containers = good;
    containers.action.include_resources =
        ib::LifecyclePolicyDetailActionIncludeResources{.containers = true};
    auto amis = good;
    amis.exclusion_rules = ib::LifecyclePolicyDetailExclusionRules{
        .amis = ib::LifecyclePolicyDetailExclusionRulesAmis{.is_public = true}};
    const std::vector<ib::LifecyclePolicyResourceSelectionRecipe> bad_recipe{{"web", "x.1.x"}};
    EXPECT_EQ(refused(Type::ami_image, {good}, tags), "taken");
    EXPECT_EQ(refused(Type::container_image, {containers}, tags), "taken");
    const std::pair<std::string, std::string> rows[] = {
        {refused(Type::ami_image, {rule(Action::delete_, Filter::age, 1)}, tags),
         "policyDetails[0].filter.unit"},
        {refused(Type::ami_image, {rule(Action::delete_, Filter::count, 1, Unit::days)}, tags),
         "policyDetails[0].filter.unit"},
        {refused(Type::ami_image, {rule(Action::delete_, Filter::count, 1, {}, 2)}, tags),
         "policyDetails[0].filter.retainAtLeast"},
        {refused(Type::ami_image, {rule(Action::disable, Filter::age, 1, Unit::days, 2)}, tags),
         "policyDetails[0].filter.retainAtLeast"},
        {refused(Type::ami_image, {good, good}, tags), "policyDetails[1].action.type"},
        {refused(Type::ami_image, {snapshots}, tags), "includeResources.snapshots"},
        {refused(Type::ami_image, {containers}, tags), "includeResources.containers"},
        {refused(Type::container_image, {rule(Action::disable, Filter::count, 1)}, tags),
         "policyDetails[0].action.type"},
        {refused(Type::container_image, {snapshots}, tags), "includeResources"},
        {refused(Type::container_image, {amis}, tags), "exclusionRules.amis"},
        {refused(Type::ami_image, {good}, {}), "resourceSelection"},
        {refused(Type::ami_image, {good}, {.recipes = bad_recipe}),
         "resourceSelection.recipes[0].semanticVersion"},
        {refused(Type::ami_image, {good}, {.recipes = bad_recipe, .tag_map = tags.tag_map}),
         "resourceSelection"},
    };
    for (const auto& [answer, place] : rows) {
        EXPECT_TRUE(answer.starts_with("InvalidRequestException")) << answer;
        EXPECT_NE(answer.find(place), std::string::npos) << answer;
    }
}

}  // namespace
}  // namespace goldsmith::service::imagebuilder
