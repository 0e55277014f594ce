// The immutable description of one image build: which workflows run, in which order, with which
// values. Made by the service when an image is created, stored with the execution, read by
// decide(). Everything in it is frozen: nothing that changes later (recipes, configurations) alters
// a running build. Plain values; safe to share between threads once built.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "documents/workflow_document.h"
#include "state/execution_rows.h"

namespace goldsmith::workflow {

/// What the failure of a TEST workflow means for the image.
enum class TestFailure { abort, carry_on };

struct PlannedWorkflow {
    std::string arn;  ///< of the workflow's build version
    documents::WorkflowType type = documents::WorkflowType::build;
    std::string text;                ///< the document
    boost::json::object parameters;  ///< typed, defaults applied: documents::parameter_values()
    std::string parallel_group;      ///< TEST only; empty = runs alone
    TestFailure on_failure = TestFailure::abort;
    std::string workflow_execution_id;  ///< wf-<uuid> of the first attempt; a retry derives its own
    documents::WorkflowDocument document;  ///< parsed `text`; filled by plan_from_json() and seal()
};

struct Plan {
    std::string execution_id;  ///< names the execution in the store; any unique text without blanks
    std::string image_arn;     ///< the image build version
    /// The members of $.imagebuilder that do not depend on the stage (all but workflowPhase).
    boost::json::object system_variables;
    /// Whatever the actions need and the engine does not look at: recipe, components,
    /// infrastructure and distribution settings, as they were when the build was created. The
    /// members are written down in docs/formats/build-plan.md.
    boost::json::object settings;
    /// Stages run build, test, distribution; within a stage in this order.
    std::vector<PlannedWorkflow> workflows;
    bool tests_enabled = true;  ///< false: TEST workflows do not run
    /// True: the image is shown as INTEGRATING while ApplyImageConfigurations runs.
    bool integrates = false;

    /// Parses the documents and checks the plan as a whole: at most one BUILD and one DISTRIBUTION,
    /// at most 10 workflows, groups on TEST workflows only, at most 5 in one, output names unique
    /// among the workflows. Gives every workflow without one an execution id. Throws base::Error
    /// with a sentence fit for the caller of the API, DocumentErrors for a document that does not
    /// parse.
    void seal();
};

/// The stored form: one JSON object. plan_from_json(plan_to_json(p)) equals p, documents parsed.
std::string plan_to_json(const Plan& plan);
std::shared_ptr<const Plan> plan_from_json(std::string_view text);

/// What state::create_execution() stores for a sealed plan.
state::NewExecution new_execution(const Plan& plan, base::Time now);

}  // namespace goldsmith::workflow
