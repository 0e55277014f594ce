#include <boost/json.hpp>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/managed_images.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto debian = "arn:aws:imagebuilder:us-east-1:aws:image/debian-12-x86/x.x.x";

class RecipesTest : public ServiceFixture {
protected:
    json::object input_with(const std::string& member, const json::value& value) {
        json::object input{{"name", "web"},
                           {"semanticVersion", "1.0.0"},
                           {"parentImage", debian},
                           {"clientToken", token()}};
        input[member] = value;
        return input;
    }
    std::string create_error(const std::string& member, const json::value& value) {
        return error_of("CreateImageRecipe", input_with(member, value));
    }
    std::string version_of(const std::string& semantic_version) {
        const auto arn =
            text("imageRecipeArn",
                 call("CreateImageRecipe",
                      input_with("semanticVersion", json::value_from(semantic_version))));
        return arn.substr(arn.rfind('/') + 1);
    }
    json::array use(const std::string& component, json::array parameters = {}) {
        json::object one{{"componentArn", component}};
        if (!parameters.empty()) {
            one["parameters"] = std::move(parameters);
        }
        return json::array{one};
    }
};

TEST_F(RecipesTest, IsCreatedWithDefaultsAndShown) {
    const auto component = create_component("web");
    const auto arn = create_recipe("Web", component);
    const auto shown = call("GetImageRecipe", {{"imageRecipeArn", arn}});
    EXPECT_EQ(text("imageRecipe.name", shown), "Web");
    EXPECT_EQ(text("imageRecipe.platform", shown), "Linux");
    EXPECT_EQ(text("imageRecipe.type", shown), "AMI");
    EXPECT_EQ(text("imageRecipe.workingDirectory", shown), "");
    EXPECT_EQ(text("imageRecipe.parentImage", shown), debian);
    EXPECT_EQ(text("imageRecipe.components.0.componentArn", shown), component);
}

TEST_F(RecipesTest, GivesAutomaticVersions) {
    EXPECT_EQ(version_of("x.x.x"), "1.0.0");
    EXPECT_EQ(version_of("x.x.x"), "2.0.0");
    EXPECT_EQ(version_of("1.x.x"), "1.1.0");
    EXPECT_EQ(version_of("1.1.x"), "1.1.1");
    EXPECT_EQ(version_of("5.x.x"), "5.0.0");
    EXPECT_TRUE(create_error("semanticVersion", "x.1.x").starts_with("Inv"));
}

TEST_F(RecipesTest, RefusesANameAndVersionThatExist) {
    version_of("1.0.0");
    EXPECT_TRUE(create_error("name", "WEB").starts_with("ResourceAlreadyExistsException"));
}

TEST_F(RecipesTest, RefusesWhatDoesNotExist) {
    const std::string missing =
        "arn:aws:imagebuilder:us-east-1:123456789012:component/missing/1.0.0/1";
    EXPECT_EQ(create_error("components", use(missing)),
              "ResourceNotFoundException The resource with ARN '" + missing + "' does not exist.");
    EXPECT_TRUE(create_error("parentImage", "arn:aws:imagebuilder:us-east-1:aws:image/beos/x.x.x")
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(
        create_error("parentImage", "arn:aws:imagebuilder:us-east-1:123456789012:image/own/1.0.0")
            .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(create_error("parentImage", "ami-0123456789abcdef0")
                    .starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(
        create_error("parentImage", "ssm:/my/image").starts_with("InvalidParameterValueException"));
    // Of another region: this one has no such component.
    const auto component = create_component("web");
    auto elsewhere = component;
    elsewhere.replace(elsewhere.find("us-east-1"), 9, "us-west-2");
    EXPECT_TRUE(
        create_error("components", use(elsewhere)).starts_with("ResourceNotFoundException"));
}

TEST_F(RecipesTest, TakesAnAmiOfTheRegionAsParent) {
    database_->write([](db::Transaction& transaction) {
        state::AmiRow ami;
        ami.region = "us-east-1";
        ami.image_id = "ami-0123456789abcdef0";
        ami.owner = "123456789012";
        ami.name = "mine";
        state::insert_ami(transaction, ami);
    });
    const auto arn =
        text("imageRecipeArn",
             call("CreateImageRecipe", input_with("parentImage", "ami-0123456789abcdef0")));
    EXPECT_FALSE(arn.empty());
}

TEST_F(RecipesTest, ChecksComponentParameters) {
    const auto component = create_component(
        "web", "1.0.0",
        "name: p\nschemaVersion: 1.0\nparameters:\n  - Page:\n      type: string\n"
        "phases:\n  - name: build\n    steps:\n      - name: Run\n        action: ExecuteBash\n"
        "        inputs:\n          commands:\n            - echo '{{ Page }}'\n");
    EXPECT_NE(create_error("components", use(component)).find("must be given: Page"),
              std::string::npos);
    const json::array unknown{{{"name", "Colour"}, {"value", {"red"}}}};
    EXPECT_EQ(create_error("components", use(component, unknown)),
              "InvalidParameterCombinationException The value supplied for parameter "
              "'components[0].parameters' is not valid. The following parameters are not defined "
              "in the provided component: Colour");
    const json::array good{{{"name", "Page"}, {"value", {"hello"}}}};
    call("CreateImageRecipe", input_with("components", use(component, good)));
}

TEST_F(RecipesTest, RefusesComponentsThatDoNotFit) {
    json::object windows{{"name", "win"},
                         {"semanticVersion", "1.0.0"},
                         {"platform", "Windows"},
                         {"clientToken", token()},
                         {"data",
                          "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
                          "      - name: Run\n        action: ExecutePowerShell\n"
                          "        inputs:\n          commands:\n            - dir\n"}};
    const auto arn = text("componentBuildVersionArn", call("CreateComponent", windows));
    EXPECT_TRUE(
        create_error("components", use(arn)).starts_with("InvalidParameterCombinationException"));
    const auto component = create_component("web");
    json::array twice = use(component);
    twice.push_back(twice[0]);
    EXPECT_NE(create_error("components", twice).find("appears more than once"), std::string::npos);
}

TEST_F(RecipesTest, CannotBeDeletedWhileAPipelineNeedsIt) {
    const auto recipe = create_recipe("web", create_component("web"));
    const auto pipeline =
        text("imagePipelineArn",
             call("CreateImagePipeline",
                  json::object{{"name", "web"},
                               {"imageRecipeArn", recipe},
                               {"infrastructureConfigurationArn", create_infrastructure("web")},
                               {"clientToken", token()}}));
    EXPECT_TRUE(error_of("DeleteImageRecipe", {{"imageRecipeArn", recipe}})
                    .starts_with("ResourceDependencyException"));
    call("DeleteImagePipeline", {{"imagePipelineArn", pipeline}});
    call("DeleteImageRecipe", {{"imageRecipeArn", recipe}});
    EXPECT_TRUE(error_of("GetImageRecipe", {{"imageRecipeArn", recipe}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(RecipesTest, ListsAndFilters) {
    const auto component = create_component("web");
    create_recipe("one", component);
    create_recipe("two", component);
    const auto items = all_pages("ListImageRecipes", {}, "imageRecipeSummaryList", 1);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(text("name", items[0]), "two");
    const auto filtered = call("ListImageRecipes",
                               {{"filters", json::array{{{"name", "name"}, {"values", {"one"}}}}}});
    EXPECT_EQ(filtered.at("imageRecipeSummaryList").as_array().size(), 1U);
}

}  // namespace
}  // namespace goldsmith::service
