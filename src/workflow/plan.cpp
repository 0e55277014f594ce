#include "workflow/plan.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "documents/workflow_parser.h"

namespace goldsmith::workflow {

namespace {

using documents::WorkflowType;

constexpr std::size_t max_workflows = 10;
constexpr std::size_t max_in_group = 5;

void check_counts(const Plan& plan) {
    const auto count = [&plan](WorkflowType type) {
        return std::ranges::count(plan.workflows, type, &PlannedWorkflow::type);
    };
    if (plan.workflows.size() > max_workflows) {
        throw base::Error("An image can have at most 10 workflows.");
    }
    if (count(WorkflowType::build) > 1) {
        throw base::Error("An image can have at most one BUILD workflow.");
    }
    if (count(WorkflowType::distribution) > 1) {
        throw base::Error("An image can have at most one DISTRIBUTION workflow.");
    }
}

void check_groups(const Plan& plan) {
    std::map<std::string, std::size_t> sizes;
    for (const auto& workflow : plan.workflows) {
        const bool test_only =
            !workflow.parallel_group.empty() || workflow.on_failure != TestFailure::abort;
        if (test_only && workflow.type != WorkflowType::test) {
            throw base::Error("parallelGroup and onFailure are for TEST workflows only, and " +
                              workflow.arn + " is none.");
        }
        if (!workflow.parallel_group.empty() && ++sizes[workflow.parallel_group] > max_in_group) {
            throw base::Error("At most 5 workflows can run in the parallel group '" +
                              workflow.parallel_group + "'.");
        }
    }
}

void check_output_names(const Plan& plan) {
    std::set<std::string> names;
    for (const auto& workflow : plan.workflows) {
        for (const auto& output : workflow.document.outputs) {
            if (!names.insert(output.name).second) {
                throw base::Error("Two workflows of the image have an output '" + output.name +
                                  "'.");
            }
        }
    }
}

void parse_documents(Plan& plan) {
    for (auto& workflow : plan.workflows) {
        workflow.document = documents::parse_workflow(workflow.text, workflow.arn, workflow.type);
    }
}

}  // namespace

void Plan::seal() {
    parse_documents(*this);
    check_counts(*this);
    check_groups(*this);
    check_output_names(*this);
    for (std::size_t i = 0; i < workflows.size(); ++i) {
        if (workflows[i].workflow_execution_id.empty()) {
            workflows[i].workflow_execution_id =
                "wf-" + base::derive_uuid(execution_id + "/" + std::to_string(i));
        }
    }
}

namespace json = boost::json;

std::string plan_to_json(const Plan& plan) {
    json::array workflows;
    for (const auto& workflow : plan.workflows) {
        workflows.push_back(json::object{
            {"arn", workflow.arn},
            {"type", documents::api_name(workflow.type)},
            {"text", workflow.text},
            {"parameters", workflow.parameters},
            {"parallelGroup", workflow.parallel_group},
            {"onFailure", workflow.on_failure == TestFailure::abort ? "ABORT" : "CONTINUE"},
            {"workflowExecutionId", workflow.workflow_execution_id}});
    }
    return json::serialize(json::object{{"executionId", plan.execution_id},
                                        {"imageArn", plan.image_arn},
                                        {"systemVariables", plan.system_variables},
                                        {"settings", plan.settings},
                                        {"workflows", std::move(workflows)},
                                        {"testsEnabled", plan.tests_enabled},
                                        {"integrates", plan.integrates}});
}

namespace {

std::string text(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

PlannedWorkflow workflow_from(const json::object& object) {
    const auto type = documents::workflow_type_of(object.at("type").as_string());
    if (!type) {
        throw base::Error("unknown workflow type " + text(object, "type"));
    }
    PlannedWorkflow workflow;
    workflow.arn = text(object, "arn");
    workflow.type = *type;
    workflow.text = text(object, "text");
    workflow.parameters = object.at("parameters").as_object();
    workflow.parallel_group = text(object, "parallelGroup");
    workflow.on_failure =
        text(object, "onFailure") == "ABORT" ? TestFailure::abort : TestFailure::carry_on;
    workflow.workflow_execution_id = text(object, "workflowExecutionId");
    return workflow;
}

}  // namespace

std::shared_ptr<const Plan> plan_from_json(std::string_view stored) {
    try {
        const json::object object = json::parse(stored).as_object();
        auto plan = std::make_shared<Plan>();
        plan->execution_id = text(object, "executionId");
        plan->image_arn = text(object, "imageArn");
        plan->system_variables = object.at("systemVariables").as_object();
        plan->settings = object.at("settings").as_object();
        for (const auto& workflow : object.at("workflows").as_array()) {
            plan->workflows.push_back(workflow_from(workflow.as_object()));
        }
        plan->tests_enabled = object.at("testsEnabled").as_bool();
        plan->integrates = object.at("integrates").as_bool();
        parse_documents(*plan);
        return plan;
    } catch (const std::exception&) {
        base::throw_with_context("read a stored build plan");
    }
}

state::NewExecution new_execution(const Plan& plan, base::Time now) {
    return {plan.execution_id, plan.image_arn, plan_to_json(plan), now};
}

}  // namespace goldsmith::workflow
