#include "documents/workflow_values.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "documents/workflow_path.h"

namespace goldsmith::documents {
namespace {

namespace json = boost::json;
using Operator = WorkflowCondition::Operator;

json::object context() {
    return json::parse(R"({
        "parameters": {"flag": true, "count": 3, "list": ["a", "b"], "text": "7.5"},
        "stepOutputs": {"Launch": {"instanceId": "i-1"},
                        "Copy": {"images": [{"region": "us-east-1"}, {"region": "us-west-2"}]}},
        "workflowOutputs": {"ImageId": "ami-1"},
        "imagebuilder": {"platform": "Linux", "sourceImageARN": "arn:x"}})")
        .as_object();
}

json::object resolved(std::string_view inputs) {
    return resolve_inputs(json::parse(inputs).as_object(), context());
}

std::string failure(std::string_view inputs) {
    try {
        resolved(inputs);
    } catch (const EvaluationError& error) {
        return error.what();
    }
    return "none";
}

TEST(WorkflowValues, SuffixedKeysTakeTheValueInItsOwnType) {
    EXPECT_EQ(resolved(R"({"instanceId.$": "$.stepOutputs.Launch.instanceId",
                           "list.$": "$.parameters.list", "flag.$": "$.parameters.flag"})"),
              json::parse(R"({"instanceId": "i-1", "list": ["a", "b"], "flag": true})"));
}

TEST(WorkflowValues, TheSuffixWorksAtEveryDepth) {
    EXPECT_EQ(resolved(R"({"d": [{"region.$": "$.stepOutputs.Copy.images[1].region"}],
                           "Ebs": {"SnapshotId.$": "$.workflowOutputs.ImageId"}})"),
              json::parse(R"({"d": [{"region": "us-west-2"}], "Ebs": {"SnapshotId": "ami-1"}})"));
}

TEST(WorkflowValues, InterpolatesTextFormsIntoStrings) {
    EXPECT_EQ(
        resolved(
            R"({"c": "echo {{$.parameters.count}} {{ $.parameters.list }}\n{{  $.imagebuilder.platform}}"})")
            .at("c")
            .as_string(),
        "echo 3 [\"a\",\"b\"]\nLinux");
}

TEST(WorkflowValues, LeavesForeignBracesAlone) {
    const std::string text = "${x} {{ imagebuilder:buildDate }} {{ {{$HOME}} {{";
    EXPECT_EQ(resolved(json::serialize(json::object{{"c", text}})).at("c").as_string(), text);
}

TEST(WorkflowValues, BarePathsAreLiteralsButForOutputsOfSteps) {
    EXPECT_EQ(resolved(R"({"a": "$.parameters.count", "b": "$.stepOutputs.Launch.instanceId"})"),
              json::parse(R"({"a": "$.parameters.count", "b": "i-1"})"));
}

TEST(WorkflowValues, SystemVariablesAreFoundInAnyCase) {
    EXPECT_EQ(resolve_value("$.imagebuilder.Platform", context()), json::value("Linux"));
    EXPECT_EQ(resolve_value("$.imagebuilder.sourceImageArn", context()), json::value("arn:x"));
}

TEST(WorkflowValues, AMissingValueNamesTheInput) {
    EXPECT_EQ(failure(R"({"instanceId.$": "$.stepOutputs.Skipped.instanceId"})"),
              "Input 'instanceId.$': '$.stepOutputs.Skipped.instanceId' has no value. A step that "
              "was skipped or failed has no outputs.");
    EXPECT_EQ(failure(R"({"x.$": "$.stepOutputs.Copy.images[2].region"})").substr(0, 10),
              "Input 'x.$");
    EXPECT_EQ(look_up("$.parameters.nothing", context()), std::nullopt);
    EXPECT_THROW(look_up("parameters.count", context()), EvaluationError);
}

bool compares(Operator op, json::value expected, json::value actual) {
    return holds({op, std::move(expected), std::move(actual), {}}, context());
}

TEST(WorkflowConditions, Compare) {
    EXPECT_TRUE(compares(Operator::string_equals, "Linux", "$.imagebuilder.platform"));
    EXPECT_FALSE(compares(Operator::string_equals, "linux", "$.imagebuilder.platform"));
    EXPECT_TRUE(compares(Operator::string_equals, "true", "$.parameters.flag"));
    EXPECT_TRUE(compares(Operator::boolean_equals, true, "$.parameters.flag"));
    EXPECT_TRUE(compares(Operator::boolean_equals, "false", false));
    EXPECT_TRUE(compares(Operator::number_equals, 3, "$.parameters.count"));
    EXPECT_TRUE(compares(Operator::number_equals, "7.50", "$.parameters.text"));
    EXPECT_TRUE(compares(Operator::number_greater_than, 2, "$.parameters.count"));
    EXPECT_FALSE(compares(Operator::number_greater_than, 3, "$.parameters.count"));
    EXPECT_TRUE(compares(Operator::number_greater_than_equals, 3, "$.parameters.count"));
    EXPECT_TRUE(compares(Operator::number_less_than, 4, "$.parameters.count"));
    EXPECT_TRUE(compares(Operator::number_less_than_equals, -1, "-1"));
}

TEST(WorkflowConditions, RefuseTheWrongType) {
    EXPECT_THROW(compares(Operator::boolean_equals, true, "yes"), EvaluationError);
    EXPECT_THROW(compares(Operator::number_equals, 1, "1x"), EvaluationError);
    EXPECT_THROW(compares(Operator::number_equals, 1, "1."), EvaluationError);
    EXPECT_THROW(compares(Operator::number_equals, 1, ""), EvaluationError);
    EXPECT_THROW(compares(Operator::string_equals, "a", "$.workflowOutputs.None"), EvaluationError);
}

TEST(WorkflowConditions, CombineAndStopEarly) {
    const WorkflowCondition yes{Operator::boolean_equals, true, true, {}};
    const WorkflowCondition no{Operator::boolean_equals, true, false, {}};
    const WorkflowCondition bad{Operator::boolean_equals, true, "bad", {}};
    const auto combined = [](Operator op, std::vector<WorkflowCondition> children) {
        return holds({op, {}, {}, std::move(children)}, context());
    };
    EXPECT_TRUE(combined(Operator::all_of, {yes, yes}));
    EXPECT_FALSE(combined(Operator::all_of, {no, bad}));
    EXPECT_TRUE(combined(Operator::any_of, {yes, bad}));
    EXPECT_FALSE(combined(Operator::any_of, {no, no}));
    EXPECT_TRUE(combined(Operator::none_of, {no}));
    EXPECT_FALSE(combined(Operator::none_of, {yes}));
}

WorkflowDocument parameters() {
    WorkflowDocument document;
    document.parameters = {{"text", "", WorkflowParameterType::string, std::nullopt},
                           {"count", "", WorkflowParameterType::integer, json::value(3)},
                           {"flag", "", WorkflowParameterType::boolean, json::value(false)},
                           {"list", "", WorkflowParameterType::string_list, json::array{"a"}}};
    return document;
}

TEST(WorkflowParameters, TakeGivenValuesOverDefaults) {
    EXPECT_EQ(parameter_values(parameters(), {{"text", {"x"}}, {"count", {"-12"}}}),
              json::parse(R"({"text": "x", "count": -12, "flag": false, "list": ["a"]})"));
    EXPECT_EQ(parameter_values(parameters(), {{"text", {"x"}}, {"list", {"b", "c"}}}).at("list"),
              (json::value{"b", "c"}));
}

TEST(WorkflowParameters, RefuseWhatDoesNotFit) {
    const auto message = [](const std::map<std::string, std::vector<std::string>>& given) {
        try {
            parameter_values(parameters(), given);
        } catch (const EvaluationError& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    EXPECT_EQ(message({}), "Parameter 'text' of the workflow has no default; give it a value.");
    EXPECT_EQ(message({{"text", {"x"}}, {"more", {"x"}}}), "The workflow has no parameter 'more'.");
    EXPECT_EQ(message({{"text", {"x", "y"}}}),
              "Parameter 'text' of the workflow takes exactly one value, not 2.");
    EXPECT_EQ(message({{"text", {"x"}}, {"count", {"1.5"}}}),
              "Parameter 'count' of the workflow has the type integer, which '1.5' is not.");
    EXPECT_EQ(message({{"text", {"x"}}, {"flag", {"yes"}}}),
              "Parameter 'flag' of the workflow has the type boolean, which 'yes' is not.");
}

TEST(WorkflowPath, IsStrict) {
    for (const char* text : {"$.parameters.a", "$.stepOutputs.a-b.c_d[0].e", "$.imagebuilder.x"}) {
        EXPECT_TRUE(parse_path(text)) << text;
    }
    for (const char* text :
         {"", "$", "$.", "$.parameters", "$.parameters.", "$.other.x", "$.parameters.a[",
          "$.parameters.a[x]", "$.parameters[0]", "$.parameters.a b", "$.parameters.a[-1]",
          "$.parameters.a[99999999999999999999]", "parameters.a", "$.parameters..a"}) {
        EXPECT_FALSE(parse_path(text)) << text;
    }
}

}  // namespace
}  // namespace goldsmith::documents
