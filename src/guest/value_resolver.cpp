#include "guest/value_resolver.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "documents/component_inputs.h"
#include "guest/host_facts.h"
#include "guest/modules/module.h"
#include "guest/remote_access.h"
#include "guest/run_log.h"

namespace goldsmith::guest {

using namespace documents;  // the expression types

namespace {

/// Inputs may refer to inputs of other steps; more levels than this are a cycle.
constexpr int deepest_reference = 16;

std::string braces(std::string_view body) {
    return "'{{ " + std::string(body) + " }}'";
}

std::string joined(const YamlNode& node) {
    if (!node.is_sequence()) {
        return node.text;
    }
    std::string text;
    for (const YamlNode& item : node.items) {
        text += (&item == &node.items.front() ? "" : "\n") + item.text;
    }
    return text;
}

}  // namespace

std::vector<InputValues> input_values_of(const YamlNode& inputs) {
    std::vector<InputValues> elements;
    for (const YamlNode* element : input_elements(inputs)) {
        InputValues values;
        for (const YamlEntry& entry : element->entries) {
            values[entry.key] = joined(entry.value);
        }
        elements.push_back(std::move(values));
    }
    return elements;
}

void ValueResolver::enter(const std::string& phase, const std::string& step) {
    phase_ = phase;
    step_ = step;
    loop_.reset();
    deadline_.reset();
}

std::string ValueResolver::expand(std::string_view text) {
    return documents::expand(text,
                             [this](const Occurrence& occurrence) { return resolve(occurrence); });
}

YamlNode ValueResolver::expand(const YamlNode& tree) {
    YamlNode result = tree;
    if (tree.is_scalar() && tree.text.find("{{") != std::string::npos) {
        result.text = expand(std::string_view(tree.text));
        result.plain = result.plain && result.text == tree.text;
    }
    for (YamlNode& item : result.items) {
        item = expand(item);
    }
    for (YamlEntry& entry : result.entries) {
        entry.value = expand(entry.value);
    }
    return result;
}

std::optional<std::string> ValueResolver::resolve(const Occurrence& occurrence) {
    const Expression& expression = occurrence.expression;
    try {
        if (const auto* name = std::get_if<NameReference>(&expression)) {
            return name_value(name->name);
        }
        if (const auto* chain = std::get_if<ChainReference>(&expression)) {
            std::string value = chained(*chain, occurrence.body);
            chained_[std::string(occurrence.body)] = value;
            return value;
        }
        if (const auto* loop = std::get_if<LoopReference>(&expression)) {
            if (!loop_ || (loop->name != "loop" && loop->name != loop_->name)) {
                return std::nullopt;
            }
            return loop->index ? std::to_string(loop_->index) : loop_->value;
        }
        if (const auto* environment = std::get_if<EnvironmentReference>(&expression)) {
            return environment_value(environment->name);
        }
        if (const auto* metadata = std::get_if<MetadataReference>(&expression)) {
            return sources_.remote.metadata(metadata->path, patience());
        }
        if (const auto* ssm = std::get_if<SsmReference>(&expression)) {
            return ssm_value(*ssm);
        }
        return context_value(std::get<ContextReference>(expression).key);
    } catch (const StepFailure&) {
        throw;
    } catch (const RunStopped&) {
        throw;
    } catch (const base::Error& error) {
        throw StepFailure("the reference " + braces(occurrence.body) +
                          " cannot be resolved: " + base::error_chain(error));
    }
}

std::string ValueResolver::name_value(const std::string& name) {
    for (const ComponentConstant& constant : sources_.document.constants) {
        if (constant.name == name) {
            return constant.value;
        }
    }
    auto found = sources_.record.parameters.find(name);
    return found == sources_.record.parameters.end() ? "" : found->second;
}

std::string ValueResolver::chained(const ChainReference& chain, std::string_view body) {
    if (!chain.outputs) {
        return chained_input(chain, body);
    }
    for (const PhaseRecord& phase : sources_.record.phases) {
        for (const StepRecord& step : phase.steps) {
            if (phase.name != chain.phase || step.name != chain.step) {
                continue;
            }
            if (step.status == StepStatus::skipped) {
                return "";
            }
            auto output = step.outputs.find(chain.key);
            if (step.status == StepStatus::success && output != step.outputs.end()) {
                return output->second.text;
            }
            throw StepFailure("the reference " + braces(body) + " has no value: step '" +
                              chain.step + "' of phase '" + chain.phase + "' did not succeed");
        }
    }
    throw StepFailure("the reference " + braces(body) + " has no value: step '" + chain.step +
                      "' of phase '" + chain.phase + "' has not run");
}

std::string ValueResolver::chained_input(const ChainReference& chain, std::string_view body) {
    for (const PhaseRecord& phase : sources_.record.phases) {
        for (const StepRecord& step : phase.steps) {
            if (phase.name == chain.phase && step.name == chain.step &&
                chain.index < step.input_values.size()) {
                const InputValues& values = step.input_values[chain.index];
                if (auto found = values.find(chain.key); found != values.end()) {
                    return found->second;
                }
            }
        }
    }
    // The step has not run (yet); its inputs have values all the same when they are static.
    const ComponentPhase* phase = sources_.document.find_phase(chain.phase);
    const ComponentStep* step = phase == nullptr ? nullptr : phase->find_step(chain.step);
    const auto elements =
        step == nullptr ? std::vector<const YamlNode*>{} : input_elements(step->inputs);
    const YamlNode* value =
        chain.index < elements.size() ? elements[chain.index]->find(chain.key) : nullptr;
    if (value == nullptr) {
        throw StepFailure("the reference " + braces(body) + " names no input");
    }
    if (++depth_ > deepest_reference) {
        depth_ = 0;
        throw StepFailure("the reference " + braces(body) + " leads back to itself");
    }
    std::string text = joined(expand(*value));
    --depth_;
    return text;
}

std::string ValueResolver::environment_value(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
        throw StepFailure("the reference " + braces("env:" + name) +
                          " has no value: the variable '" + name + "' is not set");
    }
    return value;
}

std::string ValueResolver::ssm_value(const SsmReference& reference) {
    if (reference.resolve_name) {
        return read_ssm(name_value(reference.name));
    }
    return read_ssm(reference.resolve_nested ? read_ssm(reference.name) : reference.name);
}

std::string ValueResolver::read_ssm(const std::string& name) {
    SsmValue value = sources_.remote.ssm_parameter(name, patience());
    if (value.secure) {
        sources_.log.masker().add(value.text);
    }
    return value.text;
}

std::string ValueResolver::context_value(const std::string& key) {
    if (key == "executionId") {
        return sources_.execution_id;
    }
    if (key == "phase") {
        return phase_;
    }
    if (key == "step") {
        return step_;
    }
    return host_fact(key, sources_.log.clock().now(), sources_.remote, patience());
}

}  // namespace goldsmith::guest
