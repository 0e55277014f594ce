#include <boost/json.hpp>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/findings.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto first = "arn:aws:imagebuilder:us-east-1:123456789012:image/a/1.0.0/1";
constexpr auto second = "arn:aws:imagebuilder:us-east-1:123456789012:image/b/1.0.0/1";

class FindingsTest : public ServiceFixture {
protected:
    FindingsTest() {
        database_->write([&](db::Transaction& transaction) {
            const auto finding = [](const std::string& id, const std::string& severity) {
                return state::FindingRow{
                    .pipeline_arn = "",
                    .vulnerability_id = id,
                    .severity = severity,
                    .body = json::serialize(json::object{{"title", id}, {"severity", severity}})};
            };
            const state::Scope scope{"123456789012", "us-east-1"};
            state::set_findings(transaction, scope, first,
                                {finding("CVE-1", "CRITICAL"), finding("CVE-2", "LOW")});
            state::set_findings(transaction, scope, second, {finding("CVE-1", "HIGH")});
            state::set_findings(transaction, {"210987654321", "us-east-1"}, first,
                                {finding("CVE-9", "MEDIUM")});
        });
    }
    std::string titles(const char* filter, const char* value) {
        std::string text_of;
        for (const auto& item :
             all_pages("ListImageScanFindings",
                       {{"filters", json::array{{{"name", filter}, {"values", {value}}}}}},
                       "findings", 1)) {
            text_of += text("title", item) + " ";
        }
        return text_of;
    }
};

TEST_F(FindingsTest, AreFilteredByOneKey) {
    EXPECT_EQ(titles("imageBuildVersionArn", first), "CVE-2 CVE-1 ");
    EXPECT_EQ(titles("vulnerabilityId", "CVE-1"), "CVE-1 CVE-1 ");
    EXPECT_EQ(titles("severity", "LOW"), "CVE-2 ");
    EXPECT_EQ(titles("severity", "MEDIUM"), "");
    EXPECT_EQ(all_pages("ListImageScanFindings", {}, "findings", 2).size(), 3U);
    const auto error = error_of("ListImageScanFindings",
                                {{"filters", json::array{{{"name", "title"}, {"values", {"x"}}}}}});
    EXPECT_TRUE(error.starts_with("InvalidRequestException")) << error;
    EXPECT_NE(error.find("'title'"), std::string::npos) << error;
}

TEST_F(FindingsTest, AreCountedByAccountImageAndVulnerability) {
    const auto grouped = [&](const char* name) {
        return call("ListImageScanFindingAggregations",
                    {{"filter", {{"name", name}, {"values", {"CVE-1"}}}}});
    };
    const auto all = call("ListImageScanFindingAggregations", json::object{});
    EXPECT_EQ(text("aggregationType", all), "accountAggregation");
    EXPECT_EQ(text("responses.0.accountAggregation.accountId", all), "123456789012");
    EXPECT_EQ(text("responses.0.accountAggregation.severityCounts", all),
              R"({"all":3,"critical":1,"high":1,"medium":0})");
    EXPECT_EQ(text("responses.0.vulnerabilityIdAggregation.severityCounts.all",
                   grouped("vulnerabilityId")),
              "2");
    const auto images = call("ListImageScanFindingAggregations",
                             {{"filter", {{"name", "imageBuildVersionArn"}, {"values", {first}}}}});
    EXPECT_EQ(text("responses.0.imageAggregation.severityCounts.all", images), "2");
    EXPECT_TRUE(error_of("ListImageScanFindingAggregations",
                         {{"filter", {{"name", "severity"}, {"values", {"LOW"}}}}})
                    .starts_with("InvalidRequestException"));
    EXPECT_TRUE(error_of("ListImageScanFindingAggregations", {{"nextToken", "x"}})
                    .starts_with("InvalidPaginationTokenException"));
}

TEST_F(FindingsTest, AServerWithoutAScannerHasNone) {
    context_.region = "us-west-2";
    EXPECT_EQ(text("findings", call("ListImageScanFindings", json::object{})), "[]");
    EXPECT_EQ(text("responses", call("ListImageScanFindingAggregations", json::object{})), "[]");
}

}  // namespace
}  // namespace goldsmith::service
