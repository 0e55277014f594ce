// Every `{{ }}` that has the form of a reference must be declared.
#include <algorithm>
#include <array>

#include "documents/component_inputs.h"
#include "documents/component_parser.h"
#include "documents/expression.h"
#include "documents/suggestion.h"

namespace goldsmith::documents {
namespace {

constexpr std::string_view context_keys[] = {"executionId", "accountId", "region", "osPlatform",
                                             "osName",      "osVersion", "date",   "dateTime",
                                             "uuid",        "hostname",  "phase",  "step"};
constexpr std::string_view forbidden_metadata[] = {"iam/", "identity-credentials/"};

class ReferenceChecker {
public:
    ReferenceChecker(const ComponentDocument& document, DiagnosticSink& sink)
        : document_(document), sink_(sink) {
        for (const ComponentParameter& parameter : document.parameters) {
            names_.push_back(parameter.name);
        }
        for (const ComponentConstant& constant : document.constants) {
            names_.push_back(constant.name);
        }
    }

    void check_all() {
        for (const ComponentPhase& phase : document_.phases) {
            for (const ComponentStep& step : phase.steps) {
                prefix_ = "Parsing step '" + step.name + "' in phase '" + phase.name +
                          "' failed.\nError: ";
                check_tree(step.inputs);
                if (step.loop) {
                    check_loop(*step.loop);
                }
                if (step.condition) {
                    check_condition(step.condition->condition);
                }
            }
        }
    }

private:
    void check_tree(const YamlNode& node) {
        check_text(node.text, node.position, node.plain);
        for (const YamlNode& item : node.items) {
            check_tree(item);
        }
        for (const YamlEntry& entry : node.entries) {
            check_tree(entry.value);
        }
    }

    void check_loop(const ComponentLoop& loop) {
        if (const YamlNode* each = loop.source.find("forEach")) {
            check_tree(*each);
        }
    }

    void check_condition(const Condition& condition) {
        check_text(condition.baseline.text, condition.baseline.position, condition.baseline.plain);
        check_text(condition.value.text, condition.value.position, condition.value.plain);
        for (const Condition& operand : condition.operands) {
            check_condition(operand);
        }
    }

    void check_text(const std::string& text, Position position, bool plain) {
        for (const Occurrence& occurrence : find_expressions(text)) {
            Position at = position;
            if (plain && text.find('\n') == std::string::npos) {
                at.column += static_cast<int>(occurrence.offset);
            }
            const std::string problem = problem_of(occurrence.expression);
            if (!problem.empty()) {
                sink_.error(at, prefix_ + "the reference '" +
                                    text.substr(occurrence.offset, occurrence.length) + "' " +
                                    problem);
            }
        }
    }

    /// What is wrong with a reference; empty when nothing is.
    std::string problem_of(const Expression& expression) const {
        if (const auto* name = std::get_if<NameReference>(&expression)) {
            return problem_of_name(name->name);
        }
        if (const auto* chain = std::get_if<ChainReference>(&expression)) {
            return problem_of_chain(*chain);
        }
        if (const auto* metadata = std::get_if<MetadataReference>(&expression)) {
            for (std::string_view forbidden : forbidden_metadata) {
                if (metadata->path.starts_with(forbidden)) {
                    return "is not allowed: metadata below " + std::string(forbidden) +
                           " is refused";
                }
            }
        }
        if (const auto* ssm = std::get_if<SsmReference>(&expression)) {
            return ssm->resolve_name ? problem_of_name(ssm->name) : "";
        }
        if (const auto* context = std::get_if<ContextReference>(&expression)) {
            if (std::ranges::find(context_keys, context->key) == std::end(context_keys)) {
                return "names an unknown context key." + did_you_mean(context->key, context_keys);
            }
        }
        return "";
    }

    std::string problem_of_name(const std::string& name) const {
        if (std::ranges::find(names_, name) != names_.end()) {
            return "";
        }
        return "is not declared: the document has no parameter or constant '" + name + "'." +
               did_you_mean(name, names_);
    }

    std::string problem_of_chain(const ChainReference& chain) const {
        const ComponentPhase* phase = document_.find_phase(chain.phase);
        if (phase == nullptr) {
            std::vector<std::string_view> names;
            for (const ComponentPhase& known : document_.phases) {
                names.push_back(known.name);
            }
            return "is not declared: there is no phase '" + chain.phase + "'." +
                   did_you_mean(chain.phase, names);
        }
        const ComponentStep* step = phase->find_step(chain.step);
        if (step == nullptr) {
            std::vector<std::string_view> names;
            for (const ComponentStep& known : phase->steps) {
                names.push_back(known.name);
            }
            return "is not declared: phase '" + chain.phase + "' has no step '" + chain.step +
                   "'." + did_you_mean(chain.step, names);
        }
        if (step->spec == nullptr) {
            return "";
        }
        return chain.outputs ? problem_of_output(chain, *step) : problem_of_input(chain, *step);
    }

    static std::string problem_of_output(const ChainReference& chain, const ComponentStep& step) {
        if (step.spec->outputs.empty()) {
            return "is not declared: " + step.action + " has no outputs";
        }
        if (std::ranges::find(step.spec->outputs, chain.key) == step.spec->outputs.end()) {
            return "is not declared: " + step.action + " has no output '" + chain.key + "'." +
                   did_you_mean(chain.key, step.spec->outputs);
        }
        return chain.index == 0 ? "" : "is out of range: the outputs have one element, 0";
    }

    static std::string problem_of_input(const ChainReference& chain, const ComponentStep& step) {
        const auto elements = input_elements(step.inputs);
        if (chain.index >= elements.size()) {
            return "is out of range: the step has " + std::to_string(elements.size()) +
                   " input element(s)";
        }
        const YamlNode& element = *elements[chain.index];
        if (element.find(chain.key) != nullptr) {
            return "";
        }
        std::vector<std::string_view> keys;
        for (const YamlEntry& entry : element.entries) {
            keys.emplace_back(entry.key);
        }
        return "is not declared: the step has no input '" + chain.key + "'." +
               did_you_mean(chain.key, keys);
    }

    const ComponentDocument& document_;
    DiagnosticSink& sink_;
    std::vector<std::string_view> names_;
    std::string prefix_;
};

}  // namespace

void check_component_references(const ComponentDocument& document, DiagnosticSink& sink) {
    ReferenceChecker(document, sink).check_all();
}

}  // namespace goldsmith::documents
