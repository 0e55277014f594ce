#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto minimal =
    "FROM {{{ imagebuilder:parentImage }}}\n{{{imagebuilder:environments}}}\n"
    "{{{ imagebuilder:components }}}\n";

class ContainerRecipesTest : public ServiceFixture {
protected:
    json::object input(const std::string& version = "1.0.0", const std::string& name = "web") {
        return {{"name", name},
                {"semanticVersion", version},
                {"containerType", "DOCKER"},
                {"parentImage", "debian:12"},
                {"targetRepository", json::object{{"service", "ECR"}, {"repositoryName", "web"}}},
                {"dockerfileTemplateData", minimal},
                {"clientToken", token()}};
    }
    std::string create(const json::object& request) {
        return text("containerRecipeArn", call("CreateContainerRecipe", request));
    }
};

TEST_F(ContainerRecipesTest, AreKeptWholeAndShown) {
    auto request = input();
    request["components"] = json::array{json::object{{"componentArn", create_component("nginx")}}};
    request["tags"] = json::object{{"team", "web"}};
    request["instanceConfiguration"] = json::object{{"image", "ami-0123456789abcdef0"}};
    const auto arn = create(request);
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:container-recipe/web/1.0.0");
    const auto shown = call("GetContainerRecipe", {{"containerRecipeArn", arn}});
    EXPECT_EQ(text("containerRecipe.dockerfileTemplateData", shown), minimal);
    EXPECT_EQ(text("containerRecipe.platform", shown), "Linux");
    EXPECT_EQ(text("containerRecipe.encrypted", shown), "true");
    EXPECT_EQ(text("containerRecipe.workingDirectory", shown), "");
    EXPECT_EQ(text("containerRecipe.targetRepository.repositoryName", shown), "web");
    EXPECT_EQ(text("containerRecipe.tags.team", shown), "web");
    EXPECT_EQ(text("latestVersionReferences.latestMinorVersionArn", shown),
              "arn:aws:imagebuilder:us-east-1:123456789012:container-recipe/web/1.0.x");
    const auto list = call("ListContainerRecipes", json::object{});
    EXPECT_EQ(text("containerRecipeSummaryList.0.instanceImage", list), "ami-0123456789abcdef0");
    EXPECT_TRUE(error_of("DeleteComponent",
                         {{"componentBuildVersionArn",
                           "arn:aws:imagebuilder:us-east-1:123456789012:component/nginx/1.0.0/1"}})
                    .starts_with("ResourceDependencyException"));
}

TEST_F(ContainerRecipesTest, AreNumberedWhereTheRequestLeavesNodesOpen) {
    EXPECT_TRUE(create(input("1.0.x")).ends_with("/1.0.0"));
    EXPECT_TRUE(create(input("1.0.x")).ends_with("/1.0.1"));
    EXPECT_TRUE(create(input("x.x.x")).ends_with("/2.0.0"));
    EXPECT_TRUE(error_of("CreateContainerRecipe", input("2.0.0"))
                    .starts_with("ResourceAlreadyExistsException"));
    EXPECT_TRUE(error_of("CreateContainerRecipe", input("x.1.x"))
                    .starts_with("InvalidVersionNumberException"));
}

TEST_F(ContainerRecipesTest, RefuseTemplatesThatCannotWork) {
    const auto component = json::array{json::object{{"componentArn", create_component("nginx")}}};
    struct Row {
        std::string data;
        bool components;
        std::string words;
    };
    for (const Row& row :
         {Row{"FROM debian", false, "imagebuilder:parentImage"},
          Row{"FROM {{{ imagebuilder:parentImage }}", false, "imagebuilder:parentImage"},
          Row{"FROM {{{ imagebuilder:parentImage }}}", true, "imagebuilder:environments"},
          Row{"FROM {{{ imagebuilder:parentImage }}}\n{{{ imagebuilder:components }}}\n"
              "{{{ imagebuilder:environments }}}",
              true, "must follow"}}) {
        auto request = input();
        request["dockerfileTemplateData"] = row.data;
        if (row.components) {
            request["components"] = component;
        }
        const auto error = error_of("CreateContainerRecipe", request);
        EXPECT_TRUE(error.starts_with("InvalidParameterValueException")) << error;
        EXPECT_NE(error.find(row.words), std::string::npos) << error;
    }
    auto both = input();
    both["dockerfileTemplateUri"] = "s3://bucket/Dockerfile";
    EXPECT_TRUE(error_of("CreateContainerRecipe", both)
                    .starts_with("InvalidParameterCombinationException"));
    both.erase("dockerfileTemplateData");
    EXPECT_TRUE(error_of("CreateContainerRecipe", both).starts_with("InvalidRequestException"));
}

TEST_F(ContainerRecipesTest, RefuseParentsThatAreNoContainers) {
    auto request = input();
    request["parentImage"] = create_image("base");
    EXPECT_TRUE(
        error_of("CreateContainerRecipe", request).starts_with("InvalidParameterValueException"));
    request["parentImage"] = "arn:aws:imagebuilder:us-east-1:123456789012:image/none/x.x.x";
    EXPECT_TRUE(
        error_of("CreateContainerRecipe", request).starts_with("ResourceNotFoundException"));
}

TEST_F(ContainerRecipesTest, CanBeNamedByPipelinesAndAreRefusedWhereABuildWouldStart) {
    const auto arn = create(input());
    const auto infrastructure = create_infrastructure("web");
    const auto error = error_of("CreateImage", {{"containerRecipeArn", arn},
                                                {"infrastructureConfigurationArn", infrastructure},
                                                {"clientToken", token()}});
    EXPECT_TRUE(error.starts_with("InvalidRequestException")) << error;
    EXPECT_NE(error.find("does not build container images"), std::string::npos) << error;
    const auto pipeline =
        text("imagePipelineArn",
             call("CreateImagePipeline", {{"name", "web"},
                                          {"containerRecipeArn", arn},
                                          {"infrastructureConfigurationArn", infrastructure},
                                          {"clientToken", token()}}));
    EXPECT_TRUE(error_of("StartImagePipelineExecution",
                         {{"imagePipelineArn", pipeline}, {"clientToken", token()}})
                    .starts_with("InvalidRequestException"));
    EXPECT_TRUE(error_of("DeleteContainerRecipe", {{"containerRecipeArn", arn}})
                    .starts_with("ResourceDependencyException"));
    call("DeleteImagePipeline", {{"imagePipelineArn", pipeline}});
    call("DeleteContainerRecipe", {{"containerRecipeArn", arn}});
    EXPECT_TRUE(error_of("GetContainerRecipe", {{"containerRecipeArn", arn}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(ContainerRecipesTest, AreFilteredAndCounted) {
    dependencies_->quotas.container_recipes = 2;
    remake_endpoints();
    create(input("1.0.0", "web"));
    create(input("1.0.0", "dbs"));
    const auto full = error_of("CreateContainerRecipe", input("1.0.0", "third"));
    EXPECT_TRUE(full.starts_with("ServiceQuotaExceededException")) << full;
    EXPECT_NE(full.find("2 container recipes"), std::string::npos) << full;
    const auto names = [&](const std::string& filter, const std::string& value) {
        return call("ListContainerRecipes",
                    {{"filters", json::array{{{"name", filter}, {"values", {value}}}}}})
            .at("containerRecipeSummaryList")
            .as_array()
            .size();
    };
    EXPECT_EQ(names("name", "dbs"), 1U);
    EXPECT_EQ(names("containerType", "DOCKER"), 2U);
    EXPECT_EQ(names("platform", "Windows"), 0U);
    EXPECT_EQ(names("parentImage", "debian:12"), 2U);
    const auto unknown = error_of(
        "ListContainerRecipes", {{"filters", json::array{{{"name", "owner"}, {"values", {"x"}}}}}});
    EXPECT_NE(unknown.find("owner"), std::string::npos) << unknown;
}

}  // namespace
}  // namespace goldsmith::service
