#include "documents/workflow_parser.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "documents/diagnostics.h"
#include "documents/workflow_actions.h"

namespace goldsmith::documents {
namespace {

namespace json = boost::json;

std::string errors_of(const std::string& text, WorkflowType type = WorkflowType::build) {
    try {
        parse_workflow(text, "w.yaml", type);
    } catch (const DocumentErrors& errors) {
        return errors.to_string();
    }
    return "none";
}

/// A document with this step after one that launches.
std::string with_step(const std::string& step) {
    return "schemaVersion: 1.0\n"
           "parameters:\n"
           "  - {name: size, type: integer}\n"
           "steps:\n"
           "  - {name: Launch, action: LaunchInstance, inputs: {waitFor: ssmAgent}}\n" +
           step;
}

TEST(WorkflowParser, ReadsEverything) {
    const auto document = parse_workflow(R"(
name: full
description: all there is
schemaVersion: 1.0
parameters:
  - {name: waitForIt, type: boolean, default: true, description: why not}
  - {name: count, type: integer, default: 3}
  - {name: names, type: stringList, default: [a, b]}
  - {name: plain, type: string, default: 1.10}
  - {name: needed}
steps:
  - name: Launch
    action: LaunchInstance
    description: first
    onFailure: continue
    rollbackEnabled: $.parameters.waitForIt
    timeoutSeconds: 60
    inputs:
      waitFor: ssmAgent
      instanceTypesOverride: [m5.large, 012]
  - name: Run-it
    action: RunCommand
    if:
      and:
        - numberGreaterThan: 2
          value: $.parameters.count
        - not:
            stringEquals: 1.10
            value: $.parameters.plain
    inputs:
      instanceId.$: $.stepOutputs.Launch.instanceId
      documentName: AWS-RunShellScript
      parameters:
        commands:
          - echo {{ $.imagebuilder.imageName }} ${HOME} {{ not.ours }}
        count.$: $.parameters.count
outputs:
  - name: Id
    value: $.stepOutputs.Launch.instanceId
)",
                                         "w.yaml", WorkflowType::build);
    EXPECT_EQ(document.name, "full");
    EXPECT_EQ(document.description, "all there is");
    ASSERT_EQ(document.parameters.size(), 5U);
    EXPECT_EQ(document.parameters[0].default_as_strings(), std::vector<std::string>{"true"});
    EXPECT_EQ(document.parameters[1].default_value, json::value(3));
    EXPECT_EQ(document.parameters[2].default_as_strings(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(document.parameters[3].default_as_strings(), std::vector<std::string>{"1.10"});
    EXPECT_EQ(document.parameters[4].type, WorkflowParameterType::string);
    EXPECT_TRUE(document.parameters[4].default_as_strings().empty());
    ASSERT_EQ(document.steps.size(), 2U);
    EXPECT_EQ(document.steps[0].on_failure, StepOnFailure::carry_on);
    EXPECT_EQ(document.steps[0].timeout, std::chrono::seconds(60));
    EXPECT_EQ(document.steps[0].rollback_enabled, json::value("$.parameters.waitForIt"));
    EXPECT_EQ(document.steps[0].inputs.at("instanceTypesOverride"),
              (json::value{"m5.large", "012"}));
    EXPECT_EQ(document.steps[1].timeout, std::chrono::hours(12));
    ASSERT_TRUE(document.steps[1].condition);
    EXPECT_EQ(document.steps[1].condition->children.size(), 2U);
    EXPECT_EQ(document.steps[1].inputs.at("instanceId.$"),
              json::value("$.stepOutputs.Launch.instanceId"));
    ASSERT_EQ(document.outputs.size(), 1U);
    EXPECT_EQ(document.outputs[0].name, "Id");
}

TEST(WorkflowParser, AcceptsJson) {
    EXPECT_EQ(errors_of(R"({"schemaVersion": "1.0", "steps": [{"name": "Go",
        "action": "WaitForAction", "inputs": {"payload": "{\"a\": 1}"}}]})"),
              "none");
}

TEST(WorkflowParser, AcceptsTheVersionAsNumbersAreWritten) {
    const std::string steps = "\nsteps: [{name: Go, action: WaitForAction}]";
    for (const char* version : {"1.0", "1", "'1.0'"}) {
        EXPECT_EQ(errors_of(std::string("schemaVersion: ") + version + steps), "none") << version;
    }
    for (const char* version : {"1.1", "2", "10", "[1]"}) {
        EXPECT_NE(errors_of(std::string("schemaVersion: ") + version + steps), "none") << version;
    }
}

TEST(WorkflowParser, ReportsEveryProblemWithItsPlace) {
    EXPECT_EQ(
        errors_of("schemaVersion: 2.0\n"
                  "stepz: []\n"
                  "steps:\n"
                  "  - name: x\n"
                  "    action: LaunchInstanse\n"
                  "  - name: Go\n"
                  "    action: DistributeImage\n"
                  "    timeoutSeconds: 0\n"
                  "    onFailure: Stop\n"),
        "w.yaml:1:16: error: the schema version must be 1.0\n"
        "w.yaml:2:1: error: unknown key 'stepz' in a workflow document. Did you mean 'steps'?\n"
        "w.yaml:4:11: error: the step name 'x' must begin with a letter and hold 2 to 100 "
        "letters, digits, '-' and '_'\n"
        "w.yaml:5:13: error: there is no action 'LaunchInstanse'. Did you mean "
        "'LaunchInstance'?\n"
        "w.yaml:7:13: error: the action DistributeImage is not allowed in a BUILD workflow\n"
        "w.yaml:8:21: error: 'timeoutSeconds' must be a whole number from 1 to 43200 for the "
        "action DistributeImage\n"
        "w.yaml:9:16: error: 'onFailure' must be Abort or Continue");
}

struct Wrong {
    const char* what;
    std::string text;
    const char* error;
};

class WrongWorkflow : public testing::TestWithParam<Wrong> {};

TEST_P(WrongWorkflow, IsRefused) {
    EXPECT_NE(errors_of(GetParam().text).find(GetParam().error), std::string::npos)
        << errors_of(GetParam().text);
}

std::string many(const std::string& head, int count, const std::string& item) {
    std::string text = head;
    for (int i = 0; i < count; ++i) {
        text += item + std::to_string(i) + "}\n";
    }
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Documents, WrongWorkflow,
    testing::Values(
        Wrong{"Empty", "", "a workflow document must be a map, not null"},
        Wrong{"AList", "[]", "a workflow document must be a map, not a list"},
        Wrong{"NoVersion", "steps: []", "the document needs 'schemaVersion: 1.0'"},
        Wrong{"NoSteps", "schemaVersion: 1.0", "the document needs 'steps'"},
        Wrong{"EmptySteps", "schemaVersion: 1.0\nsteps: []", "the document needs 'steps'"},
        Wrong{"SixteenSteps",
              many("schemaVersion: 1.0\nsteps:\n", 16, "  - {action: WaitForAction, name: Ask"),
              "'steps' may have at most 15 items, not 16"},
        Wrong{"TooManyParameters",
              many("schemaVersion: 1.0\nparameters:\n", 26, "  - {type: string, name: p"),
              "'parameters' may have at most 25 items"},
        Wrong{"TwiceAStep", with_step("  - {name: Launch, action: WaitForAction}\n"),
              "w.yaml:6:5: error: there are two steps 'Launch'"},
        Wrong{"TwiceAParameter",
              "schemaVersion: 1.0\nparameters: [{name: a}, {name: a}]\nsteps: []",
              "there are two parameters 'a'"},
        Wrong{"WrongDefault",
              "schemaVersion: 1.0\nparameters: [{name: a, type: integer, default: x}]\nsteps: []",
              "the default of the parameter 'a' is not of the type integer"},
        Wrong{"WrongType", "schemaVersion: 1.0\nparameters: [{name: a, type: int}]\nsteps: []",
              "the type 'int' is none of"},
        Wrong{"MissingInput", with_step("  - {name: Run, action: CreateImage}\n"),
              "w.yaml:6:5: error: the action CreateImage needs the input 'instanceId'"},
        Wrong{"UnknownInput",
              with_step("  - {name: Ask, action: WaitForAction, inputs: {topic: x}}\n"),
              "the action WaitForAction has no input 'topic'"},
        Wrong{"InputTwice",
              with_step("  - {name: Make, action: CreateImage, inputs: {instanceId: i-1, "
                        "instanceId.$: $.workflowOutputs.Id}}\n"),
              "the input 'instanceId' is given twice"},
        Wrong{"BadChoice",
              "schemaVersion: 1.0\nsteps: [{name: Go, action: LaunchInstance, inputs: "
              "{waitFor: ssh}}]",
              "the input 'waitFor' must be one of ssmAgent; 'ssh' is not"},
        Wrong{"BadBoolean",
              with_step("  - {name: End, action: TerminateInstance, inputs: {instanceId: i-1, "
                        "waitForTermination: maybe}}\n"),
              "the input 'waitForTermination' must be true or false, not 'maybe'"},
        Wrong{"BadJson",
              with_step("  - {name: Ask, action: WaitForAction, inputs: {payload: '{'}}\n"),
              "the input 'payload' must hold JSON"},
        Wrong{
            "LaterStep",
            "schemaVersion: 1.0\nsteps: [{name: Make, action: CreateImage, inputs: {instanceId.$: "
            "$.stepOutputs.Later.instanceId}}]",
            "no step 'Later' comes before this"},
        Wrong{"UnknownOutput",
              with_step("  - {name: Make, action: CreateImage, inputs: {instanceId.$: "
                        "$.stepOutputs.Launch.instance}}\n"),
              "the action LaunchInstance has no output 'instance'"},
        Wrong{"UnknownParameter",
              with_step("  - {name: Make, action: CreateImage, inputs: {instanceId.$: "
                        "$.parameters.sice}}\n"),
              "the document declares no parameter 'sice'. Did you mean 'size'?"},
        Wrong{"UnknownVariable",
              with_step("  - {name: Ask, action: WaitForAction, inputs: {payload: '\"{{ "
                        "$.imagebuilder.nothing }}\"'}}\n"),
              "there is no system variable 'nothing'"},
        Wrong{"NotAPath",
              with_step("  - {name: Make, action: CreateImage, inputs: {instanceId.$: i-1}}\n"),
              "'i-1' is not a path"},
        Wrong{"NestedPath",
              with_step("  - {name: Run, action: RunCommand, inputs: {instanceId: i-1, "
                        "documentName: d, parameters: {a: [{b.$: $.nowhere.x}]}}}\n"),
              "'$.nowhere.x' is not a path"},
        Wrong{"UnknownOperator",
              with_step("  - {name: Ask, action: WaitForAction, if: {equals: 1, "
                        "value: 1}}\n"),
              "unknown operator 'equals' in a condition"},
        Wrong{"TwoOperators",
              with_step("  - {name: Ask, action: WaitForAction, if: {stringEquals: "
                        "1, numberEquals: 1, value: 1}}\n"),
              "a condition has one operator"},
        Wrong{"NoValue",
              with_step("  - {name: Ask, action: WaitForAction, if: {stringEquals: 1}}\n"),
              "'stringEquals' needs a 'value' beside it"},
        Wrong{"EmptyAnd", with_step("  - {name: Ask, action: WaitForAction, if: {and: []}}\n"),
              "'and' takes a list of 1 to 10 conditions"},
        Wrong{"TooDeep",
              with_step("  - {name: Ask, action: WaitForAction, if: {not: {not: {not: {not: "
                        "{stringEquals: a, value: b}}}}}}\n"),
              "conditions may be nested at most 4 deep"},
        Wrong{"BadRollback",
              with_step("  - {name: Ask, action: WaitForAction, rollbackEnabled: perhaps}\n"),
              "'rollbackEnabled' must be true, false or a path"},
        Wrong{"OutputWithoutValue", with_step("outputs: [{name: a}]\n"),
              "an output needs a 'name' and a 'value'"},
        Wrong{"TooLong", "schemaVersion: 1.0\n#" + std::string(70'000, 'x'), "w.yaml"},
        Wrong{"DuplicateKey", "schemaVersion: 1.0\nsteps: []\nsteps: []", "duplicate key 'steps'"}),
    [](const auto& parameter) { return parameter.param.what; });

TEST(WorkflowParser, KeepsContainersAndMachineImagesApart) {
    const std::string text =
        "schemaVersion: 1.0\nsteps:\n  - {name: Images, action: DistributeImage}\n"
        "  - {name: Push, action: DistributeContainerImage, inputs: {instanceId.$: "
        "$.workflowOutputs.Id}}\n";
    EXPECT_NE(errors_of(text, WorkflowType::distribution).find("cannot stand beside"),
              std::string::npos);
}

TEST(WorkflowActions, AreTheNineteenOfTheLanguage) {
    EXPECT_EQ(workflow_actions().size(), 19U);
    for (const auto& action : workflow_actions()) {
        EXPECT_EQ(find_workflow_action(action.name), &action);
        EXPECT_LE(action.default_timeout, action.max_timeout) << action.name;
        EXPECT_TRUE(action.in_build || action.in_test || action.in_distribution) << action.name;
    }
    EXPECT_EQ(find_workflow_action("launchInstance"), nullptr);
    EXPECT_TRUE(find_workflow_action("LaunchInstance")->rolls_back);
    EXPECT_FALSE(find_workflow_action("CreateImage")->rolls_back);
    EXPECT_FALSE(find_workflow_action("ExecuteComponents")->allowed_in(WorkflowType::distribution));
}

}  // namespace
}  // namespace goldsmith::documents
