#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "actions/ami_name.h"
#include "actions/build_settings.h"
#include "actions/instance_id.h"
#include "base/error.h"
#include "base/files.h"
#include "workflow/plan.h"

namespace goldsmith::actions {
namespace {

namespace json = boost::json;

const base::Time some_time = *base::parse_iso8601("2026-11-23T22:15:04.120Z");

TEST(AmiName, ExpandsItsReferences) {
    const NameValues values{3, some_time};
    EXPECT_EQ(expand_ami_name("web {{ imagebuilder:buildDate }}", values),
              "web 2026-11-23T22-15-04.120Z");
    EXPECT_EQ(
        expand_ami_name("a-{{imagebuilder:buildVersion}}-{{ imagebuilder:buildVersion }}", values),
        "a-3-3");
    EXPECT_EQ(expand_ami_name("{{imagebuilder:buildDate:yyyyMMHHss}}", values), "2026112204");
    EXPECT_EQ(default_ami_name("web", values), "web 2026-11-23T22-15-04.120Z");
}

TEST(AmiName, LeavesWhatItDoesNotKnow) {
    const NameValues values{1, some_time};
    for (const char* text : {"{{ other }}", "{{", "}}", "{{ imagebuilder:buildDate", "plain", ""}) {
        EXPECT_EQ(expand_ami_name(text, values), text);
    }
}

TEST(InstanceId, FollowsFromTheToken) {
    EXPECT_EQ(instance_id_of("a"), instance_id_of("a"));
    EXPECT_NE(instance_id_of("a"), instance_id_of("b"));
    EXPECT_EQ(instance_id_of("a").size(), 19U);
}

/// The example of docs/formats/build-plan.md, so that the document and the reader cannot drift
/// apart.
json::object example_from_the_format() {
    const std::string text =
        base::read_file(std::string(GOLDSMITH_SOURCE_DIR) + "/docs/formats/build-plan.md");
    const std::size_t begin = text.find("```json") + 7;
    return json::parse(text.substr(begin, text.find("```", begin) - begin)).as_object();
}

TEST(BuildSettings, ReadsTheDocumentedExample) {
    workflow::Plan plan;
    plan.settings = example_from_the_format();
    const BuildSettings settings = build_settings(plan);
    EXPECT_EQ(settings.region, "us-east-1");
    EXPECT_EQ(settings.image_name, "web");
    EXPECT_EQ(settings.parent.kind, Parent::Kind::managed);
    ASSERT_EQ(settings.components.size(), 1U);
    EXPECT_EQ(settings.components[0].parameters.at("page"), "hello");
    ASSERT_TRUE(settings.distributions.has_value());
    EXPECT_EQ(settings.distributions->at(0).ami_tags.at("team"), "web");
    EXPECT_EQ(settings.log_stream, "1.0.0/1");
}

TEST(BuildSettings, AFaultyPlanNamesTheImage) {
    workflow::Plan plan;
    plan.image_arn = "arn:example";
    plan.settings = {{"account", 3}};
    try {
        build_settings(plan);
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_NE(base::error_chain(error).find("arn:example"), std::string::npos);
    }
}

}  // namespace
}  // namespace goldsmith::actions
