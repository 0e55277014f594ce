// Many clients and many rows: what is listed is listed once, what is made is made once.
#include <boost/json.hpp>
#include <latch>
#include <set>
#include <thread>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/versioned_rows.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class ManyClientsTest : public ServiceFixture {
protected:
    /// Rows without a document behind each: what lists read is the same.
    void insert_components(int count) {
        const std::string first = create_component("c-0");
        database_->write([&](db::Transaction& transaction) {
            const state::Scope scope{"123456789012", "us-east-1"};
            auto row = state::components().find(transaction, scope, "c-0", {1, 0, 0, 1}).value();
            auto body = json::parse(row.body).as_object();
            for (int i = 1; i < count; ++i) {
                row.slug = "c-" + std::to_string(i);
                body["name"] = row.slug;
                body["arn"] = first.substr(0, first.rfind("c-0")) + row.slug + "/1.0.0/1";
                row.body = json::serialize(body);
                state::components().insert(transaction, row);
            }
        });
    }
};

TEST_F(ManyClientsTest, PagesOverTenThousandComponentsShowEachOnceWhileOthersComeAndGo) {
    constexpr int count = 10'000;
    dependencies_->quotas.components = 1'000'000;
    remake_endpoints();
    insert_components(count);
    int between = 0;
    std::set<std::string> gone;
    const auto items = all_pages("ListComponents", {}, "componentVersionList", 25, [&] {
        // Ahead of the reader and behind it one goes, and one comes, between any two pages.
        ++between;
        create_component("new-" + std::to_string(between));
        for (const int victim : {between, count - between * 25}) {
            const std::string slug = "c-" + std::to_string(victim);
            const std::string arn =
                "arn:aws:imagebuilder:us-east-1:123456789012:component/" + slug + "/1.0.0/1";
            if (victim > 0 && gone.insert(slug).second) {
                call("DeleteComponent", {{"componentBuildVersionArn", arn}});
            }
        }
    });
    std::multiset<std::string> seen;
    for (const auto& item : items) {
        seen.insert(text("name", item));
    }
    for (const auto& name : seen) {
        ASSERT_EQ(seen.count(name), 1U) << name;
    }
    for (int i = 0; i < count; ++i) {
        const std::string name = "c-" + std::to_string(i);
        if (!gone.contains(name)) {
            ASSERT_TRUE(seen.contains(name)) << name;
        }
    }
}

TEST_F(ManyClientsTest, FiltersPageThroughEverythingToo) {
    insert_components(500);
    const auto items =
        all_pages("ListComponents",
                  {{"filters", json::array{{{"name", "name"}, {"values", {"c-7", "c-499"}}}}}},
                  "componentVersionList", 1);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(text("name", items[0]), "c-499");
}

TEST_F(ManyClientsTest, AThousandCallsAtOnceAllSucceed) {
    constexpr int threads = 8;
    constexpr int calls = 125;
    std::latch start(threads);
    std::atomic<int> failures = 0;
    {
        std::vector<std::jthread> clients;
        for (int t = 0; t < threads; ++t) {
            clients.emplace_back([&, t] {
                start.arrive_and_wait();
                for (int i = 0; i < calls; ++i) {
                    // Every name is created by two clients with one token.
                    const std::string name = "n-" + std::to_string(t / 2) + "-" + std::to_string(i);
                    const json::object input{
                        {"name", name}, {"instanceProfileName", "profile"}, {"clientToken", name}};
                    try {
                        call("CreateInfrastructureConfiguration", input);
                        call("ListInfrastructureConfigurations", json::object{});
                    } catch (const std::exception& error) {
                        ADD_FAILURE() << error.what();
                        ++failures;
                    }
                }
            });
        }
    }
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(all_pages("ListInfrastructureConfigurations", {},
                        "infrastructureConfigurationSummaryList", 25)
                  .size(),
              static_cast<std::size_t>(threads / 2 * calls));
}

TEST_F(ManyClientsTest, QuotasNameThemselvesAndTheirValue) {
    dependencies_->quotas = {.components = 1,
                             .infrastructure_configurations = 1,
                             .image_pipelines = 0,
                             .components_per_recipe = 0};
    remake_endpoints();
    const auto component = create_component("one");
    create_infrastructure("one");
    const auto expect = [&](const std::string& answer, const char* words) {
        EXPECT_TRUE(answer.starts_with("ServiceQuotaExceededException")) << answer;
        EXPECT_NE(answer.find(words), std::string::npos) << answer;
    };
    expect(error_of("CreateComponent", {{"name", "two"},
                                        {"semanticVersion", "1.0.0"},
                                        {"platform", "Linux"},
                                        {"data", component_document()},
                                        {"clientToken", token()}}),
           "quota of 1 components");
    expect(error_of("CreateInfrastructureConfiguration",
                    {{"name", "two"}, {"instanceProfileName", "p"}, {"clientToken", token()}}),
           "quota of 1 infrastructure configurations");
    expect(
        error_of("CreateImageRecipe",
                 {{"name", "one"},
                  {"semanticVersion", "1.0.0"},
                  {"parentImage", "arn:aws:imagebuilder:us-east-1:aws:image/debian-12-x86/x.x.x"},
                  {"components", json::array{json::object{{"componentArn", component}}}},
                  {"clientToken", token()}}),
        "0 components");
    // A new build of a version that is there uses nothing up.
    create_component("one", "1.0.0", component_document("echo other"));
}

}  // namespace
}  // namespace goldsmith::service
