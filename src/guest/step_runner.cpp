#include "guest/step_runner.h"

#include "documents/component_inputs.h"
#include "guest/condition_evaluator.h"
#include "guest/loop_values.h"
#include "guest/run_report.h"

namespace goldsmith::guest {

using documents::ConditionalAction;
using documents::YamlNode;

Flow StepRunner::run() {
    services_.log.info("Step " + step_.name);
    services_.observer.step_started(record_);
    services_.log.flush();
    const bool go = decide();
    if (go && attempts() == AttemptEnd::reboot) {
        return Flow::reboot;
    }
    return finish();
}

/// Evaluates `if`, at most once. False when there is nothing to run.
bool StepRunner::decide() {
    if (!step_.condition) {
        return true;
    }
    if (!record_.decision) {
        try {
            const bool holds = evaluate_condition(
                step_.condition->condition, [this](std::string_view text) { return expand(text); });
            record_.decision = holds ? step_.condition->then_action : step_.condition->else_action;
        } catch (const RunStopped&) {
            throw;
        } catch (const LogFailure&) {
            throw;
        } catch (const base::Error& error) {
            fail(StepStatus::failed, base::error_chain(error));
            return false;
        }
    }
    switch (*record_.decision) {
        case ConditionalAction::execute:
            return true;
        case ConditionalAction::skip:
            record_.status = StepStatus::skipped;
            return false;
        case ConditionalAction::abort:
            fail(StepStatus::failed, "the step's 'if' asked to abort");
            return false;
    }
    return true;
}

StepRunner::AttemptEnd StepRunner::attempts() {
    for (;;) {
        const AttemptEnd end = attempt();
        if (end != AttemptEnd::failed) {
            return end;
        }
        if (++record_.failed_attempts >= step_.max_attempts) {
            return end;
        }
        services_.log.debug("attempt " + std::to_string(record_.failed_attempts) + " of " +
                            std::to_string(step_.max_attempts) + " failed: trying again");
        record_.iteration = 0;
        record_.outputs.clear();
        record_.nested.clear();
    }
}

StepRunner::AttemptEnd StepRunner::attempt() {
    Deadline deadline;
    if (step_.timeout_seconds > 0 && step_.action != "Reboot") {
        deadline = std::chrono::steady_clock::now() + std::chrono::seconds(step_.timeout_seconds);
    }
    record_.stderr_text.clear();
    services_.resolver.set_deadline(deadline);
    try {
        return iterate(deadline);
    } catch (const StepTimedOut& error) {
        record_.stderr_text = error.stderr_text();
        const std::string limit = std::to_string(step_.timeout_seconds) + " s";
        log_attempt_failure("timed out after " + limit);
        fail(StepStatus::timed_out,
             step_.loop ? "Loop execution timed out" : "the step timed out after " + limit);
    } catch (const StepFailure& error) {
        record_.stderr_text = error.stderr_text();
        log_attempt_failure(error.what());
        fail(StepStatus::failed, step_.loop ? "Loop execution failed at iteration index(es) [" +
                                                  std::to_string(record_.iteration) + "]"
                                            : std::string(error.what()));
    }
    return AttemptEnd::failed;
}

StepRunner::AttemptEnd StepRunner::iterate(const Deadline& deadline) {
    const LoopValues values(step_.loop ? &*step_.loop : nullptr,
                            [this](std::string_view text) { return expand(text); });
    while (record_.iteration < values.count()) {
        if (step_.loop) {
            services_.resolver.set_loop(
                LoopPosition{step_.loop->name, record_.iteration, values.at(record_.iteration)});
        }
        ModuleResult result = run_module(deadline);
        if (result.outcome == ModuleOutcome::repeat_after_reboot) {
            return AttemptEnd::reboot;
        }
        consolidate(record_.outputs, result.outputs, "\n");
        if (step_.loop) {
            bound_outputs();
        }
        ++record_.iteration;
        if (result.outcome == ModuleOutcome::continue_after_reboot) {
            return AttemptEnd::reboot;
        }
    }
    services_.resolver.set_loop(std::nullopt);
    record_.status = StepStatus::success;
    return AttemptEnd::success;
}

/// Of all iterations together, so that a long loop does not fill the memory.
void StepRunner::bound_outputs() {
    constexpr std::size_t kept_of_loop_bytes = std::size_t{1} << 20;
    for (auto& [key, value] : record_.outputs) {
        if (value.text.size() > kept_of_loop_bytes) {
            value.text.resize(services_.log.masker().safe_cut(value.text, kept_of_loop_bytes));
        }
    }
}

ModuleResult StepRunner::run_module(const Deadline& deadline) {
    const NestedRun nested = [this](const ModuleInput& input) {
        return services_.nested.run_nested(input, record_);
    };
    ModuleContext context{services_.log, services_.stop,   deadline,
                          record_.quiet, services_.remote, nested};
    context.check_time();
    context.info(step_.action + ": STARTED EXECUTION");
    ModuleResult result;
    try {
        const YamlNode inputs = services_.resolver.expand(step_.inputs);
        record_.input_values = input_values_of(inputs);
        record_.inputs_json = report_inputs(*step_.spec, inputs, services_.log.masker());
        check_inputs(inputs);
        result = run_elements(inputs, context);
    } catch (const StepFailure&) {
        throw;
    } catch (const RunStopped&) {
        throw;
    } catch (const LogFailure&) {
        throw;
    } catch (const base::Error& error) {
        throw StepFailure(base::error_chain(error));
    } catch (
        const std::exception& error) {  // file system and memory errors of the standard library
        throw StepFailure(error.what());
    }
    context.info(step_.action + ": FINISHED EXECUTION");
    services_.log.flush();
    return result;
}

ModuleResult StepRunner::run_elements(const YamlNode& inputs, ModuleContext& context) {
    const ModuleEntry* module = find_module(step_.action);
    if (module == nullptr) {
        throw StepFailure("the action " + step_.action + " is unknown");
    }
    static const YamlNode empty_map = [] {
        YamlNode node;
        node.kind = YamlNode::Kind::mapping;
        return node;
    }();
    auto elements = documents::input_elements(inputs);
    if (elements.empty()) {
        elements.push_back(&empty_map);
    }
    ModuleResult all;
    for (const YamlNode* element : elements) {
        context.check_time();
        ModuleResult one = module->run(ModuleInput(*step_.spec, *element), context);
        consolidate(all.outputs, one.outputs, module->separator);
        if (one.outcome != ModuleOutcome::done) {
            all.outcome = one.outcome;
            break;
        }
    }
    return all;
}

/// References may have brought in values that do not fit.
void StepRunner::check_inputs(const YamlNode& inputs) {
    documents::DiagnosticSink sink("");
    documents::check_component_inputs(*step_.spec, inputs, sink, "");
    if (!sink.empty()) {
        throw StepFailure(sink.diagnostics().front().message);
    }
}

void StepRunner::log_attempt_failure(const std::string& message) {
    services_.log.info(step_.action + ": FAILED EXECUTION" +
                       (record_.quiet ? "" : " - " + message));
}

void StepRunner::fail(StepStatus status, const std::string& message) {
    record_.status = status;
    record_.failure_message = record_.quiet ? "the step failed; its logging is disabled"
                                            : services_.log.masker().mask(message);
    if (record_.quiet) {
        record_.stderr_text.clear();
    }
}

Flow StepRunner::finish() {
    services_.resolver.set_loop(std::nullopt);
    record_.end_time = services_.log.clock().now();
    const bool failed =
        record_.status == StepStatus::failed || record_.status == StepStatus::timed_out;
    if (failed && step_.on_failure == documents::OnFailure::ignore) {
        record_.status = StepStatus::ignored_failure;
    }
    if (failed) {
        record_.outputs.clear();  // of iterations that succeeded before
    } else {
        record_.failure_message.clear();
    }
    if (record_.quiet) {
        services_.log.info("Status " + std::string(step_status_name(record_.status)));
    }
    services_.observer.step_finished(record_);
    services_.log.flush();
    return failed && step_.on_failure == documents::OnFailure::abort ? Flow::stop : Flow::next;
}

}  // namespace goldsmith::guest
