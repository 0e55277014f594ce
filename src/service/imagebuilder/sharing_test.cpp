// Resource policies: two accounts, and what the one may do with the other's resources.
#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto owner = "123456789012";
constexpr auto guest = "210987654321";

class SharingTest : public ServiceFixture {
protected:
    void become(const std::string& account) {
        context_.account = account;
        context_.principal_arn = "arn:aws:iam::" + account + ":root";
    }

    static std::string policy(const std::string& resource, const json::value& principal,
                              json::array actions, const std::string& effect = "Allow") {
        return json::serialize(
            json::object{{"Version", "2012-10-17"},
                         {"Statement", json::array{json::object{{"Effect", effect},
                                                                {"Principal", principal},
                                                                {"Action", std::move(actions)},
                                                                {"Resource", resource}}}}});
    }

    static std::string for_guest(const std::string& resource, const std::string& type) {
        return policy(resource, json::object{{"AWS", json::array{guest}}},
                      {"imagebuilder:Get" + type, "imagebuilder:List" + type + "s"});
    }

    void share_component(const std::string& arn) {
        call("PutComponentPolicy",
             {{"componentArn", arn}, {"policy", for_guest(arn, "Component")}});
    }

    std::vector<std::string> listed(std::string_view operation, std::string_view member,
                                    const json::object& input = {{"owner", "Shared"}}) {
        std::vector<std::string> arns;
        for (const auto& item : all_pages(operation, input, member, 2)) {
            arns.push_back(text("arn", item));
        }
        return arns;
    }
};

TEST_F(SharingTest, KeepsThePolicyAsItWasWritten) {
    const auto arn = create_component("web");
    EXPECT_TRUE(error_of("GetComponentPolicy", {{"componentArn", arn}})
                    .starts_with("ResourceNotFoundException"));
    const std::string written = " " + for_guest(arn, "Component") + "\n";
    EXPECT_EQ(text("componentArn",
                   call("PutComponentPolicy", {{"componentArn", arn}, {"policy", written}})),
              arn);
    EXPECT_EQ(text("policy", call("GetComponentPolicy", {{"componentArn", arn}})), written);
}

TEST_F(SharingTest, RefusesPoliciesThatAreNone) {
    const auto arn = create_component("web");
    const std::string other = create_component("other");
    for (const std::string& bad :
         {std::string("x"), std::string("[]"), std::string("{}"),
          std::string(R"({"Version":"2012-10-17"})"),
          policy(other, json::object{{"AWS", guest}}, {"imagebuilder:GetComponent"}),
          policy(arn, json::object{{"AWS", guest}}, {"imagebuilder:GetComponent"}, "Maybe"),
          policy(arn, 7, {"imagebuilder:GetComponent"}),
          policy(arn, json::object{{"AWS", guest}}, {"ec2:RunInstances"})}) {
        const auto error = error_of("PutComponentPolicy", {{"componentArn", arn}, {"policy", bad}});
        EXPECT_TRUE(error.starts_with("InvalidParameterValueException")) << bad << ": " << error;
        EXPECT_NE(error.find("'policy'"), std::string::npos) << error;
    }
    EXPECT_TRUE(error_of("PutComponentPolicy",
                         {{"componentArn", arn.substr(0, arn.size() - 1) + "9"}, {"policy", "{}"}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(SharingTest, ShowsAndLendsAComponentToWhomThePolicyNames) {
    const auto arn = create_component("web");
    const auto secret = create_component("secret");
    const auto third = create_component("third");
    share_component(arn);
    become(guest);
    EXPECT_EQ(listed("ListComponents", "componentVersionList"),
              std::vector{arn.substr(0, arn.rfind('/'))});
    EXPECT_TRUE(listed("ListComponents", "componentVersionList", {}).empty());
    const auto shown = call("GetComponent", {{"componentBuildVersionArn", arn}});
    EXPECT_EQ(text("component.owner", shown), owner);
    EXPECT_TRUE(error_of("GetComponent", {{"componentBuildVersionArn", secret}})
                    .starts_with("ResourceNotFoundException"));
    // It can be used, by a wildcard too, and not changed.
    create_recipe("mine", arn.substr(0, arn.rfind("1.0.0")) + "x.x.x");
    EXPECT_TRUE(error_of("DeleteComponent", {{"componentBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(error_of("TagResource", {{"resourceArn", arn}, {"tags", json::object{{"a", "b"}}}})
                    .starts_with("ForbiddenException"));
    EXPECT_TRUE(error_of("PutComponentPolicy",
                         {{"componentArn", arn}, {"policy", for_guest(arn, "Component")}})
                    .starts_with("ResourceNotFoundException"));
    become("333333333333");
    EXPECT_TRUE(listed("ListComponents", "componentVersionList").empty());
    EXPECT_TRUE(error_of("GetComponent", {{"componentBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_NE(third, "");
}

TEST_F(SharingTest, WildcardsFindOnlyWhatIsShared) {
    const auto first = create_component("web", "1.0.0");
    const auto second = create_component("web", "1.0.0", component_document("echo 2"));
    create_component("web", "2.0.0");
    share_component(first);
    const std::string any = first.substr(0, first.rfind("1.0.0")) + "x.x.x";
    become(guest);
    EXPECT_EQ(text("component.arn", call("GetComponent", {{"componentBuildVersionArn", any}})),
              first);
    become(owner);
    share_component(second);
    become(guest);
    EXPECT_EQ(text("component.arn", call("GetComponent", {{"componentBuildVersionArn", any}})),
              second);
    // One item for the version, though two of its builds are shared.
    EXPECT_EQ(listed("ListComponents", "componentVersionList").size(), 1U);
    EXPECT_EQ(listed("ListComponentBuildVersions", "componentSummaryList",
                     {{"componentVersionArn", first.substr(0, first.rfind('/'))}})
                  .size(),
              2U);
}

TEST_F(SharingTest, ADenyWinsAndEverybodyIsEverybody) {
    const auto arn = create_component("web");
    call("PutComponentPolicy",
         {{"componentArn", arn},
          {"policy", policy(arn, "*", {"imagebuilder:GetComponent", "imagebuilder:List*"})}});
    become(guest);
    EXPECT_EQ(listed("ListComponents", "componentVersionList").size(), 1U);
    become(owner);
    const json::object allow{
        {"Effect", "Allow"}, {"Principal", "*"}, {"Action", "imagebuilder:*"}, {"Resource", arn}};
    const json::object deny{{"Effect", "Deny"},
                            {"Principal", json::object{{"AWS", guest}}},
                            {"Action", "imagebuilder:GetComponent"},
                            {"Resource", arn}};
    call("PutComponentPolicy",
         {{"componentArn", arn},
          {"policy", json::serialize(json::object{{"Version", "2012-10-17"},
                                                  {"Statement", json::array{allow, deny}}})}});
    become(guest);
    EXPECT_TRUE(error_of("GetComponent", {{"componentBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(SharingTest, WhatIsSharedCannotBeDeleted) {
    const auto arn = create_component("web");
    share_component(arn);
    EXPECT_TRUE(error_of("DeleteComponent", {{"componentBuildVersionArn", arn}})
                    .starts_with("ResourceDependencyException"));
    // A policy that names nobody else takes it back.
    call("PutComponentPolicy",
         {{"componentArn", arn},
          {"policy", policy(arn, json::object{{"AWS", owner}}, {"imagebuilder:GetComponent"})}});
    call("DeleteComponent", {{"componentBuildVersionArn", arn}});
    const auto again = create_component("web");
    EXPECT_TRUE(error_of("GetComponentPolicy", {{"componentArn", again}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(SharingTest, RecipesAndImagesAreSharedToo) {
    const auto image = create_image("web");
    const std::string recipe = "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/web/1.0.0";
    const std::string component =
        "arn:aws:imagebuilder:us-east-1:123456789012:component/web/1.0.0/1";
    call("PutImageRecipePolicy",
         {{"imageRecipeArn", recipe}, {"policy", for_guest(recipe, "ImageRecipe")}});
    call("PutImagePolicy", {{"imageArn", image}, {"policy", for_guest(image, "Image")}});
    EXPECT_NE(text("policy", call("GetImageRecipePolicy", {{"imageRecipeArn", recipe}})), "");
    EXPECT_NE(text("policy", call("GetImagePolicy", {{"imageArn", image}})), "");
    become(guest);
    EXPECT_EQ(listed("ListImageRecipes", "imageRecipeSummaryList"), std::vector{recipe});
    EXPECT_EQ(listed("ListImages", "imageVersionList"),
              std::vector{image.substr(0, image.rfind('/'))});
    EXPECT_EQ(text("image.arn", call("GetImage", {{"imageBuildVersionArn", image}})), image);
    EXPECT_EQ(text("imageRecipe.owner", call("GetImageRecipe", {{"imageRecipeArn", recipe}})),
              owner);
    // A build needs the components of the recipe as well.
    const json::object order{{"imageRecipeArn", recipe},
                             {"infrastructureConfigurationArn", create_infrastructure("mine")},
                             {"clientToken", "build"}};
    EXPECT_TRUE(error_of("CreateImage", order).starts_with("ResourceNotFoundException"));
    become(owner);
    share_component(component);
    become(guest);
    EXPECT_EQ(text("imageBuildVersionArn", call("CreateImage", order)),
              "arn:aws:imagebuilder:us-east-1:210987654321:image/web/1.0.0/1");
    EXPECT_TRUE(
        error_of("CancelImageCreation", {{"imageBuildVersionArn", image}, {"clientToken", token()}})
            .starts_with("ResourceNotFoundException"));
}

TEST_F(SharingTest, IsOfOneRegion) {
    const auto arn = create_component("web");
    share_component(arn);
    become(guest);
    context_.region = "us-west-2";
    EXPECT_TRUE(listed("ListComponents", "componentVersionList").empty());
    EXPECT_TRUE(error_of("GetComponent", {{"componentBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
}

}  // namespace
}  // namespace goldsmith::service
