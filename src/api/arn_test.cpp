#include "api/arn.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace goldsmith::api {
namespace {

constexpr std::array all_types{
    ResourceType::component,
    ResourceType::image_recipe,
    ResourceType::container_recipe,
    ResourceType::infrastructure_configuration,
    ResourceType::distribution_configuration,
    ResourceType::image_pipeline,
    ResourceType::image,
    ResourceType::workflow,
    ResourceType::lifecycle_policy,
};

const std::string prefix = "arn:aws:imagebuilder:us-east-1:123456789012:";

TEST(Arn, ReadsEveryPart) {
    const auto arn = Arn::parse(prefix + "component/my-app/1.2.3/4").value();
    EXPECT_EQ(arn.region, "us-east-1");
    EXPECT_EQ(arn.owner, "123456789012");
    EXPECT_EQ(arn.type, ResourceType::component);
    EXPECT_EQ(arn.slug, "my-app");
    EXPECT_EQ(arn.version, "1.2.3");
    EXPECT_EQ(arn.build, 4U);
    EXPECT_TRUE(arn.is_build());
    EXPECT_EQ(arn.without_build().text(), prefix + "component/my-app/1.2.3");
    EXPECT_EQ(arn.without_version().text(), prefix + "component/my-app");
}

TEST(Arn, ReadsWorkflowsAndOtherOwners) {
    const auto workflow = Arn::parse(prefix + "workflow/build/w/1.0.0/1").value();
    EXPECT_EQ(workflow.workflow_type, "build");
    EXPECT_EQ(workflow.slug, "w");
    EXPECT_TRUE(Arn::parse("arn:aws-cn:imagebuilder:cn-north-1:aws:image/x/1.x.x"));
    EXPECT_TRUE(Arn::parse("arn:aws:imagebuilder:us-east-1:aws-marketplace:component/c/x.x.x"));
    EXPECT_TRUE(Arn::parse("arn:aws:imagebuilder:us-east-1:third-party:component/c/1.0.0/1"));
}

TEST(Arn, RefusesWhatIsNone) {
    for (const auto* rest :
         {"component/my-app/1.2.3/0", "component/my-app/1.2/4", "component/My-App/1.2.3",
          "component/my app/1.2.3", "component//1.2.3", "component", "component/",
          "image/a/1.x.x/3", "image-recipe/r/1.0.0/1", "image-pipeline/p/1.0.0",
          "workflow/w/1.0.0/1", "workflow/other/w/1.0.0", "unknown/x", "component/a/1.2.3/4/5",
          "component/a/1.2.3/", "component/a/../b"}) {
        EXPECT_FALSE(Arn::parse(prefix + rest)) << rest;
    }
    for (const auto* text : {"", "arn", "arn:aws:imagebuilder:us-east-1:12345:image-pipeline/p",
                             "arn:aws:ec2:us-east-1:123456789012:image-pipeline/p",
                             "arn:gcp:imagebuilder:us-east-1:123456789012:image-pipeline/p",
                             "arn:aws:imagebuilder::123456789012:image-pipeline/p",
                             "arn:aws:imagebuilder:us-east-1:AWS:image-pipeline/p"}) {
        EXPECT_FALSE(Arn::parse(text)) << text;
    }
}

TEST(Arn, KeepsTheSpellingOfTheVersion) {
    EXPECT_EQ(Arn::parse(prefix + "image/a/2019.12.03/1")->text(), prefix + "image/a/2019.12.03/1");
}

TEST(Arn, OffersAPatternForWildcards) {
    EXPECT_TRUE(Arn::parse(prefix + "image/a/1.x.x")->is_wildcard());
    EXPECT_EQ(Arn::parse(prefix + "image/a/1.x.x")->pattern()->fixed_nodes(), 1);
    EXPECT_FALSE(Arn::parse(prefix + "image/a/x.1.x")->pattern());
}

TEST(Arn, NamesShareASlug) {
    EXPECT_EQ(slug_of("My Nginx_Image"), "my-nginx-image");
    EXPECT_EQ(slug_of("a--b__c  d"), "a--b--c--d");
}

TEST(Arn, MakesNewOnes) {
    EXPECT_EQ(
        make_arn(ResourceType::image_recipe, "eu-west-1", "123456789012", "Web Server", "1.0.0")
            .text(),
        "arn:aws:imagebuilder:eu-west-1:123456789012:image-recipe/web-server/1.0.0");
    EXPECT_EQ(make_workflow_arn("BUILD", "eu-west-1", "aws", "Build Image", "1.0.0", 2).text(),
              "arn:aws:imagebuilder:eu-west-1:aws:workflow/build/build-image/1.0.0/2");
}

TEST(Arn, ListsTheLatestReferences) {
    const auto latest = latest_arns(*Arn::parse(prefix + "component/c/1.2.3/4"));
    EXPECT_EQ(latest.version, prefix + "component/c/x.x.x");
    EXPECT_EQ(latest.major, prefix + "component/c/1.x.x");
    EXPECT_EQ(latest.minor, prefix + "component/c/1.2.x");
    EXPECT_EQ(latest.patch, prefix + "component/c/1.2.3");
}

TEST(Arn, AnyArnSurvivesItsText) {
    std::mt19937 random(3);  // NOLINT: the same numbers every time
    const auto pick = [&](std::uint32_t below) {
        return static_cast<std::uint32_t>(random() % below);
    };
    for (int i = 0; i < 2000; ++i) {
        const auto type = all_types.at(pick(all_types.size()));
        auto arn = make_arn(type, "us-west-2", "210987654321", "n" + std::to_string(pick(99)));
        if (type == ResourceType::workflow) {
            arn.workflow_type = std::array{"build", "test", "distribution"}.at(pick(3));
        }
        if (has_version(type)) {
            arn.version = std::array{"1.2.3", "x.x.x", "0.0.1", "1.2.x"}.at(pick(4));
            arn.build = has_build(type) && !arn.is_wildcard() ? pick(3) : 0;
        }
        EXPECT_EQ(Arn::parse(arn.text()), arn) << arn.text();
    }
}

TEST(Arn, AnyChangedByteIsReadOrRefusedButNeverMore) {
    std::mt19937 random(5);  // NOLINT: the same numbers every time
    const std::string text = prefix + "workflow/test/my-w/1.2.3/4";
    for (int i = 0; i < 5000; ++i) {
        auto changed = text;
        changed[random() % changed.size()] = static_cast<char>(random() % 256);
        if (const auto arn = Arn::parse(changed)) {
            EXPECT_EQ(Arn::parse(arn->text()), arn);
        }
    }
}

}  // namespace
}  // namespace goldsmith::api
