// Assert: fails unless a condition holds.
#include "documents/condition.h"
#include "guest/condition_evaluator.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult assert_condition(const ModuleInput& input, ModuleContext&) {
    documents::DiagnosticSink sink("");
    const documents::Condition condition = documents::parse_condition(input.node(), {}, sink, "");
    if (!sink.empty()) {
        throw StepFailure(sink.diagnostics().front().message);
    }
    // References were resolved with the inputs; what is in the texts now is data.
    if (!evaluate_condition(condition, [](std::string_view text) { return std::string(text); })) {
        throw StepFailure("the assertion does not hold");
    }
    return {};
}

}  // namespace goldsmith::guest
