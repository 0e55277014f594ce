#include "documents/component_document.h"

#include <gtest/gtest.h>

#include "documents/component_actions.h"

namespace goldsmith::documents {
namespace {

/// The errors of a document, one per line; "" when it is valid.
std::string errors_of(const std::string& text, const ComponentRules& rules = {}) {
    try {
        parse_component(text, "c.yml", rules);
        return "";
    } catch (const DocumentErrors& errors) {
        return errors.to_string();
    }
}

/// A document with one build phase that holds `steps` (a block, not indented).
std::string with_steps(const std::string& steps, const std::string& head = "") {
    std::string text = "schemaVersion: 1.0\n" + head + "phases:\n  - name: build\n    steps:\n";
    for (std::size_t begin = 0; begin < steps.size();) {
        const std::size_t end = std::min(steps.find('\n', begin), steps.size());
        text += "      " + steps.substr(begin, end - begin) + "\n";
        begin = end + 1;
    }
    return text;
}

std::string bash_step(const std::string& extra, const std::string& command = "'true'") {
    return "- name: Step\n  action: ExecuteBash\n" + extra + "  inputs:\n    commands:\n      - " +
           command + "\n";
}

void expect_error(const std::string& text, const std::string& part,
                  const ComponentRules& rules = {}) {
    EXPECT_NE(errors_of(text, rules).find(part), std::string::npos)
        << "wanted: " << part << "\ngot: " << errors_of(text, rules) << "\nin:\n"
        << text;
}

TEST(ComponentDocument, ParsesEveryField) {
    const ComponentDocument document = parse_component(R"(
name: Example
description: d
schemaVersion: 1
parameters:
  - tool-version:
      type: string
      default: 1.10
      description: which
      allowedValues: [1.10, 2]
constants:
  - Root: {type: string, value: 0700}
phases:
  - name: build
    steps:
      - name: First
        action: ExecuteBash
        timeoutSeconds: '60'
        onFailure: Continue
        maxAttempts: 3
        loop: {name: each, forEach: {list: 'a b', delimiter: ' '}}
        if: {stringEquals: a, value: b, then: Abort}
        disableLogging: yes
        inputs:
          commands: ['echo {{ tool-version }} {{Root}} {{ loop.value }} {{.Id}}']
  - name: test
    steps: []
)",
                                                       "c.yml");
    EXPECT_EQ(document.name, "Example");
    EXPECT_EQ(document.schema_version, "1.0");
    EXPECT_EQ(document.parameters[0].default_value, "1.10");
    EXPECT_EQ(document.parameters[0].allowed_values[1], "2");
    EXPECT_EQ(document.constants[0].value, "0700");
    const ComponentStep& step = document.phases[0].steps[0];
    EXPECT_EQ(step.timeout_seconds, 60);
    EXPECT_EQ(step.on_failure, OnFailure::proceed);
    EXPECT_EQ(step.max_attempts, 3);
    EXPECT_EQ(step.loop->delimiter, ' ');
    EXPECT_EQ(step.condition->then_action, ConditionalAction::abort);
    EXPECT_EQ(step.condition->else_action, ConditionalAction::skip);
    EXPECT_TRUE(step.disable_logging);
    EXPECT_EQ(component_type(document), ComponentType::build);
}

TEST(ComponentDocument, OnlyATestPhaseMakesATestComponent) {
    EXPECT_EQ(
        component_type(parse_component("schemaVersion: 1\nphases: [{name: test, steps: []}]", "f")),
        ComponentType::test);
}

// The validation failures of acceptance example G, one each.
TEST(AcceptanceG, EmptyPhases) {
    EXPECT_EQ(errors_of("schemaVersion: 1.0\nphases: []\n"),
              "c.yml:2:9: error: Document has 0 phases. Phases list must not be empty.");
    expect_error("schemaVersion: 1.0\n", "Document has 0 phases. Phases list must not be empty.");
}
TEST(AcceptanceG, StepNameWithBlank) {
    expect_error(
        with_steps("- name: my step\n  action: Reboot"),
        "c.yml:5:15: error: Invalid step name 'my step' in phase 'build'. Allowed characters are "
        "combinations of numbers [0-9], english letters [a-z,A-Z] and special characters [-_].");
}
TEST(AcceptanceG, UnknownAction) {
    expect_error(with_steps("- name: Run\n  action: RunShell"), "unknown action 'RunShell'");
    expect_error(with_steps("- name: Run\n  action: executebash"), "Did you mean 'ExecuteBash'?");
}
TEST(AcceptanceG, NoInputs) {
    expect_error(
        with_steps("- name: Get\n  action: S3Download\n  inputs: []"),
        "Parsing step 'Get' in phase 'build' failed. Error: Action S3Download has no inputs; it "
        "requires an 'inputs'");
    expect_error(with_steps("- name: Get\n  action: S3Download"), "it requires an 'inputs'");
}
TEST(AcceptanceG, UndeclaredReference) {
    expect_error(
        with_steps(bash_step("", "echo {{ Foo }}")),
        "c.yml:9:20: error: Parsing step 'Step' in phase 'build' failed. Error: the reference "
        "'{{ Foo }}' is not declared");
}
TEST(AcceptanceG, DelimiterOfTwoCharacters) {
    expect_error(with_steps(bash_step("  loop: {forEach: {list: a, delimiter: ',;'}}\n")),
                 "'delimiter'");
    expect_error(with_steps(bash_step("  loop: {forEach: {list: a, delimiter: '|'}}\n")),
                 "'delimiter'");
}
TEST(AcceptanceG, UpdateByZero) {
    expect_error(with_steps(bash_step("  loop: {for: {start: 0, end: 3, updateBy: 0}}\n")),
                 "never leads");
    expect_error(with_steps(bash_step("  loop: {for: {start: 0, end: 3, updateBy: -1}}\n")),
                 "never leads");
    EXPECT_EQ(errors_of(with_steps(bash_step("  loop: {for: {start: 3, end: 3, updateBy: -1}}\n"))),
              "");
}
TEST(AcceptanceG, FiveNestedNot) {
    auto nested = [](int levels) {
        std::string text = "{fileExists: /x}";
        for (int level = 0; level < levels; ++level) {
            text = "{not: " + text + "}";
        }
        return with_steps(bash_step("  if: " + text + "\n"));
    };
    EXPECT_EQ(errors_of(nested(4)), "");
    expect_error(nested(5), "at most 4 levels");
}
TEST(AcceptanceG, TimeoutZero) {
    expect_error(with_steps(bash_step("  timeoutSeconds: 0\n")),
                 "'timeoutSeconds' must be 1 or more");
    expect_error(with_steps(bash_step("  timeoutSeconds: -2\n")), "'timeoutSeconds'");
    expect_error(with_steps(bash_step("  timeoutSeconds: 1.5\n")), "whole number");
    EXPECT_EQ(errors_of(with_steps(bash_step("  timeoutSeconds: -1\n"))), "");
}
TEST(AcceptanceG, PowerShellOnLinux) {
    const std::string text =
        with_steps("- name: Run\n  action: ExecutePowerShell\n  inputs: {commands: [dir]}");
    expect_error(text, "ExecutePowerShell is not supported on linux");
    EXPECT_EQ(errors_of(text, any_platform_rules()), "");
    ComponentRules windows;
    windows.platforms = {Platform::windows_os};
    EXPECT_EQ(errors_of(text, windows), "");
}
TEST(AcceptanceG, UnquotedTemplateAsListItem) {
    expect_error(with_steps(bash_step("", "{{ X }}")), "put the value into quotes");
}
TEST(AcceptanceG, PhasesAsMap) {
    expect_error("schemaVersion: 1.0\nphases: {build: {}}\n",
                 "'phases' of the document must be a list");
}
TEST(AcceptanceG, ParameterAndConstantOfOneName) {
    expect_error(with_steps(bash_step(""),
                            "parameters: [{abc: {type: string}}]\n"
                            "constants: [{abc: {type: string, value: x}}]\n"),
                 "another parameter or constant has it already");
}
TEST(AcceptanceG, ForbiddenMetadata) {
    expect_error(with_steps(bash_step("", "echo {{ aws:imds:iam/info }}")), "is refused");
}
TEST(AcceptanceG, DuplicateStepName) {
    expect_error(with_steps("- {name: boot, action: Reboot}\n- {name: boot, action: Reboot}"),
                 "another step of the phase has it already");
}
TEST(AcceptanceG, DuplicateLoopName) {
    const std::string step =
        ", action: CreateFile, loop: {name: each, forEach: [a]}, inputs: [{path: /x}]}";
    expect_error(with_steps("- {name: one" + step + "\n- {name: two" + step),
                 "another loop of the phase has it already");
}
TEST(AcceptanceG, UnknownKey) {
    expect_error(with_steps(bash_step("  onfailure: Ignore\n")),
                 "unknown key 'onfailure' in the step. Did you mean 'onFailure'?");
}

TEST(ComponentInputs, ShapesAndTypes) {
    auto inputs = [](const std::string& action, const std::string& value) {
        return with_steps("- name: Step\n  action: " + action + "\n  inputs: " + value);
    };
    EXPECT_EQ(errors_of(inputs("CreateFile", "[{path: /x, permissions: 0640}]")), "");
    EXPECT_EQ(errors_of(inputs("CreateFile", "{path: /x}")), "");
    expect_error(inputs("CreateFile", "[{path: /x, permissions: u+x}]"), "octal digits");
    expect_error(inputs("CreateFile", "[{path: /x, overwrite: perhaps}]"), "must be true or false");
    expect_error(inputs("CreateFile", "[{content: x}]"), "needs 'path'");
    expect_error(inputs("CreateFile", "[{path: [a]}]"), "'path' must be a string, not a list");
    expect_error(inputs("ExecuteBash", "[{commands: [a]}]"), "must be a map, not a list");
    expect_error(inputs("ExecuteBash", "{commands: ls}"), "'commands' must be a list of strings");
    expect_error(inputs("ExecuteBash", "{commands: [echo: x]}"), "put the value into quotes");
    expect_error(inputs("WebDownload", "[{source: http://x/, destination: /x, algorithm: CRC}]"),
                 "one of MD5");
    expect_error(inputs("DeleteFile", "[{path: /x, force: true}]"), "unknown key 'force'");
    expect_error(inputs("Reboot", "{delaySeconds: -1}"), "0 or more");
    EXPECT_EQ(errors_of(inputs("Reboot", "{delaySeconds: }")), "");
    EXPECT_EQ(errors_of(inputs("SetFileEncoding", "[{path: /x, encoding: UTF-16}]")), "");
    expect_error(inputs("ExecuteDocument", "{document: a, parameters: [{name: x}]}"),
                 "needs 'value'");
}

TEST(ComponentStep, ExecuteDocumentHasFixedPolicy) {
    const std::string step =
        "- name: Nest\n  action: ExecuteDocument\n  inputs: {document: a.yml}\n";
    EXPECT_EQ(errors_of(with_steps(step + "  timeoutSeconds: -1\n  maxAttempts: 1")), "");
    expect_error(with_steps(step + "  timeoutSeconds: 10"), "always -1");
    expect_error(with_steps(step + "  maxAttempts: 2"), "always 1");
}

TEST(ComponentStep, BlockedActions) {
    ComponentRules rules;
    rules.blocked_actions = {"Reboot"};
    expect_error(with_steps("- {name: boot, action: Reboot}"), "is blocked", rules);
}

TEST(ComponentReferences, ChainsAreChecked) {
    auto with_reference = [](const std::string& reference) {
        return with_steps(bash_step("") + "- name: Use\n  action: ReadFile\n  inputs: [{path: '" +
                          reference + "'}]");
    };
    EXPECT_EQ(errors_of(with_reference("{{ build.Step.outputs.stdout }}")), "");
    EXPECT_EQ(errors_of(with_reference("{{ build.Step.inputs.commands }}")), "");
    EXPECT_EQ(errors_of(with_reference("{{ other.value }}{{ context:uuid }}{{ env:A b }}")), "");
    expect_error(with_reference("{{ buidl.Step.outputs.stdout }}"), "Did you mean 'build'?");
    expect_error(with_reference("{{ build.Stap.outputs.stdout }}"), "Did you mean 'Step'?");
    expect_error(with_reference("{{ build.Step.outputs.stdoot }}"), "Did you mean 'stdout'?");
    expect_error(with_reference("{{ build.Step.outputs[1].stdout }}"), "out of range");
    expect_error(with_reference("{{ build.Step.inputs[1].commands }}"), "out of range");
    expect_error(with_reference("{{ context:hostName }}"), "Did you mean 'hostname'?");
}

TEST(ComponentIf, OldAndNewForms) {
    EXPECT_EQ(
        errors_of(with_steps(bash_step("  if: [{fileExists: /x, then: Skip, else: Execute}]\n"))),
        "");
    EXPECT_EQ(errors_of(with_steps(bash_step("  if: {not: {fileExists: /x, then: Skip}}\n"))), "");
    EXPECT_EQ(errors_of(with_steps(bash_step("  if: {not: [{fileExists: /x}], then: Skip}\n"))),
              "");
    EXPECT_EQ(errors_of(with_steps(bash_step("  if: {value: b, stringlessThan: a}\n"))), "");
    expect_error(with_steps(bash_step("  if: {fileExists: /x, folderExists: /y}\n")),
                 "exactly one operator");
    expect_error(with_steps(bash_step("  if: {fileExits: /x}\n")), "Did you mean 'fileExists'?");
    expect_error(with_steps(bash_step("  if: {stringEquals: x}\n")), "needs 'value'");
    expect_error(with_steps(bash_step("  if: {numberEquals: x, value: 1}\n")), "needs a number");
    expect_error(with_steps(bash_step("  if: {patternMatches: '(', value: 1}\n")),
                 "not a regular expression");
    expect_error(with_steps(bash_step("  if: {fileExists: /x, then: skip}\n")),
                 "Did you mean 'Skip'?");
    expect_error(with_steps(bash_step("  if: {then: Skip}\n")), "needs an operator");
}

TEST(ComponentDocument, SeveralErrorsAtOnce) {
    const std::string all =
        errors_of("schemaVersion: 2\nfoo: 1\nphases: [{name: b c, steps: {}}]\n");
    EXPECT_NE(all.find("unknown key 'foo'"), std::string::npos);
    EXPECT_NE(all.find("schemaVersion '2'"), std::string::npos);
    EXPECT_NE(all.find("Invalid phase name 'b c'"), std::string::npos);
    EXPECT_NE(all.find("'steps' of the phase must be a list"), std::string::npos);
}

TEST(ComponentActions, EveryActionOfTheLanguage) {
    EXPECT_EQ(component_actions().size(), 30U);
}

// SER-12: what the service's API limits for inline data is no limit of documents.
TEST(ComponentDocument, MayBeLongerThanTheServiceStoresInline) {
    std::string text = "schemaVersion: 1.0\nphases: [{name: build, steps: []}]\n";
    text += "description: " + std::string(500'000, 'x') + "\n";
    EXPECT_EQ(parse_component(text, "long.yml").description.size(), 500'000U);
}

}  // namespace
}  // namespace goldsmith::documents
