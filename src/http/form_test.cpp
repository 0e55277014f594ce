#include "http/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

std::string tree(const FormFields& fields) {
    const auto result = form_tree(fields);
    const auto* object = std::get_if<json::object>(&result);
    return object ? json::serialize(*object) : std::get<FormProblem>(result).message;
}

TEST(Form, BuildsATreeOfStrings) {
    EXPECT_EQ(tree({{"Owner.1", "self"},
                    {"Filter.1.Name", "name"},
                    {"Filter.1.Value.1", "a"},
                    {"Filter.1.Value.2", "b"},
                    {"DryRun", "true"}}),
              R"({"Owner":{"1":"self"},"Filter":{"1":{"Name":"name","Value":{"1":"a","2":"b"}}},)"
              R"("DryRun":"true"})");
    EXPECT_EQ(tree({}), "{}");
}

TEST(Form, RefusesConflicts) {
    EXPECT_EQ(tree({{"A", "1"}, {"A", "2"}}), "The parameter 'A' is given twice.");
    EXPECT_EQ(tree({{"A", "1"}, {"A.B", "2"}}),
              "The parameter 'A.B' is given both as a value and as a structure.");
    EXPECT_EQ(tree({{"A.B", "1"}, {"A", "2"}}), "The parameter 'A' is given twice.");
    EXPECT_EQ(tree({{"A..B", "1"}}), "The parameter name 'A..B' has an empty part.");
    EXPECT_EQ(tree({{"", "1"}}), "The parameter name '' has an empty part.");
    EXPECT_EQ(tree({{".A", "1"}}), "The parameter name '.A' has an empty part.");
    EXPECT_EQ(tree({{"A.", "1"}}), "The parameter name 'A.' has an empty part.");
}

TEST(Form, HoldsItsLimits) {
    std::string deep = "A";
    for (int i = 0; i < 15; ++i) {
        deep += ".A";
    }
    EXPECT_THAT(tree({{deep, ""}}), testing::StartsWith("{"));
    EXPECT_THAT(tree({{deep + ".A", ""}}), testing::HasSubstr("more than 16 levels deep"));
    EXPECT_THAT(tree({{std::string(1025, 'A'), ""}}), testing::HasSubstr("longer than 1024 bytes"));
    FormFields many;
    for (int i = 0; i < 20'001; ++i) {
        many.emplace_back("A." + std::to_string(i), "");
    }
    EXPECT_THAT(tree(many), testing::HasSubstr("more than 20000 parameters"));
}

}  // namespace
}  // namespace goldsmith::http
