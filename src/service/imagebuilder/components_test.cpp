#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;
using testing::Test;

class ComponentsTest : public ServiceFixture {
protected:
    json::object create_input(const std::string& name, const std::string& data) {
        return {{"name", name},
                {"semanticVersion", "1.0.0"},
                {"platform", "Linux"},
                {"data", data},
                {"clientToken", token()}};
    }
    std::string create_error(const std::string& member, const json::value& value) {
        json::object input = create_input("web", component_document());
        input[member] = value;
        return error_of("CreateComponent", input);
    }
};

TEST_F(ComponentsTest, IsCreatedAndShown) {
    json::object input = create_input("My Web_Server", component_document());
    input["tags"] = json::object{{"team", "web"}};
    input["description"] = "serves";
    const auto created = call("CreateComponent", input);
    const std::string arn =
        "arn:aws:imagebuilder:us-east-1:123456789012:component/my-web-server/1.0.0/1";
    EXPECT_EQ(text("componentBuildVersionArn", created), arn);
    EXPECT_EQ(text("latestVersionReferences.latestMajorVersionArn", created),
              "arn:aws:imagebuilder:us-east-1:123456789012:component/my-web-server/1.x.x");

    const auto shown = call("GetComponent", {{"componentBuildVersionArn", arn}});
    EXPECT_EQ(text("component.arn", shown), arn);
    EXPECT_EQ(text("component.name", shown), "My Web_Server");
    EXPECT_EQ(text("component.version", shown), "1.0.0");
    EXPECT_EQ(text("component.type", shown), "BUILD");
    EXPECT_EQ(text("component.owner", shown), "123456789012");
    EXPECT_EQ(text("component.data", shown), component_document());
    EXPECT_EQ(text("component.encrypted", shown), "true");
    EXPECT_EQ(text("component.tags.team", shown), "web");
    EXPECT_EQ(text("component.state.status", shown), "ACTIVE");
    EXPECT_EQ(text("component.dateCreated", shown), "2026-11-23T10:00:00.000Z");
}

TEST_F(ComponentsTest, RefusesBadDocumentsWithTheirPlace) {
    const auto error = error_of(
        "CreateComponent", create_input("web",
                                        "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
                                        "      - name: Run\n        action: ExecuteBsh\n"));
    EXPECT_TRUE(
        error.starts_with("InvalidRequestException The value supplied for parameter "
                          "'data' is not valid. "))
        << error;
    EXPECT_NE(error.find("data:6:"), std::string::npos) << error;
}

TEST_F(ComponentsTest, RefusesBadRequests) {
    EXPECT_TRUE(
        create_error("uri", "s3://bucket/key").starts_with("InvalidParameterCombinationException"));
    EXPECT_TRUE(create_error("data", nullptr).starts_with("InvalidParameterCombinationException"));
    EXPECT_TRUE(create_error("semanticVersion", "1.0.1073741824")
                    .starts_with("InvalidVersionNumberException"));
    EXPECT_NE(create_error("platform", "BeOS").find("platform"), std::string::npos);
    EXPECT_NE(create_error("name", "x").find("name"), std::string::npos);
    json::object from_s3 = create_input("web", "");
    from_s3.erase("data");
    from_s3["uri"] = "s3://bucket/key";
    EXPECT_NE(error_of("CreateComponent", from_s3).find("no S3 here yet"), std::string::npos);
}

TEST_F(ComponentsTest, NumbersBuildsAndRefusesIdenticalContent) {
    const auto first = create_component("web");
    EXPECT_TRUE(error_of("CreateComponent", create_input("web", component_document()))
                    .starts_with("ResourceAlreadyExistsException"));
    const auto second = create_component("web", "1.0.0", component_document("false"));
    EXPECT_TRUE(second.ends_with("/1.0.0/2")) << second;
    // A number is not given again after its build is gone.
    call("DeleteComponent", {{"componentBuildVersionArn", second}});
    const auto third = create_component("web", "1.0.0", component_document("echo"));
    EXPECT_TRUE(third.ends_with("/1.0.0/3")) << third;
}

TEST_F(ComponentsTest, ResolvesWildcardsToTheHighestVersionAndBuild) {
    for (const char* version : {"2.2.4", "1.7.8", "1.10.0", "1.6.8"}) {
        create_component("web", version);
    }
    create_component("web", "1.6.8", component_document("false"));
    const std::string base = "arn:aws:imagebuilder:us-east-1:123456789012:component/web/";
    const auto resolved = [&](const std::string& version) {
        return text("component.arn",
                    call("GetComponent", {{"componentBuildVersionArn", base + version}}));
    };
    EXPECT_EQ(resolved("x.x.x"), base + "2.2.4/1");
    EXPECT_EQ(resolved("1.x.x"), base + "1.10.0/1");
    EXPECT_EQ(resolved("1.6.x"), base + "1.6.8/2");
    EXPECT_EQ(resolved("1.6.8"), base + "1.6.8/2");
    EXPECT_EQ(resolved("1.6.8/1"), base + "1.6.8/1");
    const auto missing = error_of("GetComponent", {{"componentBuildVersionArn", base + "3.x.x"}});
    EXPECT_TRUE(missing.starts_with("ResourceNotFoundException")) << missing;
    EXPECT_TRUE(error_of("GetComponent", {{"componentBuildVersionArn", base + "x.2.x"}})
                    .starts_with("Inv"));
    EXPECT_TRUE(
        error_of("GetComponent", {{"componentBuildVersionArn", "nonsense"}}).starts_with("Inv"));
}

TEST_F(ComponentsTest, DryRunChecksAndStoresNothing) {
    json::object input = create_input("web", component_document());
    input["dryRun"] = true;
    EXPECT_EQ(error_of("CreateComponent", input),
              "DryRunOperationException Request would have succeeded, but dryRun flag is set.");
    EXPECT_TRUE(
        call("ListComponents", json::object{}).at("componentVersionList").as_array().empty());
    input["data"] = "nonsense";
    EXPECT_TRUE(error_of("CreateComponent", input).starts_with("InvalidRequestException"));
}

TEST_F(ComponentsTest, ListsOneItemPerVersionAndFilters) {
    create_component("alpha");
    create_component("beta", "1.0.0");
    create_component("beta", "1.0.0", component_document("false"));
    create_component("beta", "2.0.0");
    const auto names = [&](json::object input) {
        std::string joined;
        for (const auto& item :
             all_pages("ListComponents", std::move(input), "componentVersionList", 2)) {
            joined += text("name", item) + "/" + text("version", item) + " ";
        }
        return joined;
    };
    EXPECT_EQ(names({}), "beta/2.0.0 beta/1.0.0 alpha/1.0.0 ");
    EXPECT_EQ(names({{"byName", true}}), "beta/x.x.x alpha/x.x.x ");
    EXPECT_EQ(names({{"owner", "Amazon"}}), "");
    EXPECT_EQ(names({{"filters", json::array{{{"name", "version"}, {"values", {"1.x.x"}}}}}}),
              "beta/1.0.0 alpha/1.0.0 ");
    EXPECT_TRUE(error_of("ListComponents",
                         {{"filters", json::array{{{"name", "colour"}, {"values", {"red"}}}}}})
                    .starts_with("InvalidRequestException"));
    const auto builds =
        all_pages("ListComponentBuildVersions",
                  {{"componentVersionArn",
                    "arn:aws:imagebuilder:us-east-1:123456789012:component/beta/1.0.0"}},
                  "componentSummaryList", 1);
    ASSERT_EQ(builds.size(), 2U);
    EXPECT_TRUE(text("arn", builds[0]).ends_with("/1.0.0/2"));
}

TEST_F(ComponentsTest, PagesStayRightWhileRowsComeAndGo) {
    for (int i = 10; i < 30; ++i) {
        create_component("c" + std::to_string(i));
    }
    int round = 0;
    const auto items = all_pages("ListComponents", {}, "componentVersionList", 5, [&] {
        // One newer, which a list that has begun need not show, and one gone that was shown
        // already.
        create_component("later" + std::to_string(round));
        call("DeleteComponent", {{"componentBuildVersionArn",
                                  "arn:aws:imagebuilder:us-east-1:123456789012:component/c" +
                                      std::to_string(29 - round) + "/1.0.0/1"}});
        ++round;
    });
    ASSERT_EQ(items.size(), 20U);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(text("name", items[static_cast<std::size_t>(i)]), "c" + std::to_string(29 - i));
    }
}

TEST_F(ComponentsTest, RefusesTokensOfOtherRequests) {
    create_component("one");
    create_component("two");
    const auto first = call("ListComponents", {{"maxResults", 1}});
    const auto next = first.at("nextToken");
    EXPECT_TRUE(error_of("ListComponents", {{"owner", "Amazon"}, {"nextToken", next}})
                    .starts_with("InvalidPaginationTokenException"));
    EXPECT_TRUE(error_of("ListComponents", {{"nextToken", "nonsense"}})
                    .starts_with("InvalidPaginationTokenException"));
    EXPECT_EQ(text("componentVersionList.0.name",
                   call("ListComponents", {{"maxResults", 1}, {"nextToken", next}})),
              "one");
}

TEST_F(ComponentsTest, CannotBeDeletedWhileARecipeNeedsIt) {
    const auto first = create_component("web");
    const auto second = create_component("web", "1.0.0", component_document("false"));
    create_recipe("exact", first);
    EXPECT_EQ(error_of("DeleteComponent", {{"componentBuildVersionArn", first}}),
              "ResourceDependencyException Resource dependency error: The resource ARN '" + first +
                  "' has other resources depended on it.");
    create_recipe("wild", "arn:aws:imagebuilder:us-east-1:123456789012:component/web/1.x.x");
    call("DeleteComponent", {{"componentBuildVersionArn", second}});  // the first still satisfies
    EXPECT_TRUE(error_of("DeleteComponent", {{"componentBuildVersionArn", second}})
                    .starts_with("ResourceNotFoundException"));
}

}  // namespace
}  // namespace goldsmith::service
