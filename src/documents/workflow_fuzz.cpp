// libFuzzer entry over workflow documents: whatever the text is, parsing either throws
// DocumentErrors or gives a document whose inputs and conditions can be evaluated or refuse with
// EvaluationError. Built with -DGOLDSMITH_FUZZ=ON and clang; run as `fuzz_workflow_documents
// -max_len=8192`.
//
// Input: a byte that picks the workflow type, then the document.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "documents/diagnostics.h"
#include "documents/workflow_parser.h"
#include "documents/workflow_values.h"

namespace goldsmith::documents {
namespace {

boost::json::object context() {
    return {{"parameters", boost::json::object{}},
            {"stepOutputs", {{"Launch", {{"instanceId", "i-1"}}}}},
            {"workflowOutputs", {{"Id", boost::json::array{1, "b"}}}},
            {"imagebuilder", {{"platform", "Linux"}}}};
}

template <class Function>
void may_refuse(Function function) {
    try {
        function();
    } catch (const EvaluationError&) {
    }
}

void evaluate(const WorkflowDocument& document) {
    const auto values = context();
    for (const auto& step : document.steps) {
        if (step.name.empty() || step.action.empty() || step.timeout.count() < 1) {
            std::abort();  // an invalid step got through
        }
        may_refuse([&] { resolve_inputs(step.inputs, values); });
        may_refuse([&] { resolve_value(step.rollback_enabled, values); });
        if (step.condition) {
            may_refuse([&] { holds(*step.condition, values); });
        }
    }
    for (const auto& output : document.outputs) {
        may_refuse([&] { resolve_value(output.value, values); });
    }
    may_refuse([&] { parameter_values(document, {}); });
}

}  // namespace
}  // namespace goldsmith::documents

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::documents;
    if (size == 0) {
        return 0;
    }
    constexpr WorkflowType types[] = {WorkflowType::build, WorkflowType::test,
                                      WorkflowType::distribution};
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        evaluate(parse_workflow(text, "fuzz", types[data[0] % 3]));
    } catch (const DocumentErrors& errors) {
        if (errors.diagnostics().empty()) {
            std::abort();
        }
    }
    return 0;
}
