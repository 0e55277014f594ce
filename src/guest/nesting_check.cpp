#include "guest/nesting_check.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "base/error.h"
#include "documents/component_inputs.h"
#include "documents/expression.h"
#include "guest/record_runner.h"

namespace goldsmith::guest {
namespace {

using documents::ComponentDocument;
using documents::ComponentStep;
using documents::YamlNode;

/// More documents than this are no longer followed.
constexpr int most_visits = 10'000;

class NestingCheck {
public:
    explicit NestingCheck(const documents::ComponentRules& rules) : rules_(rules) {}

    void visit(const ComponentDocument& document) {
        if (++visits_ > most_visits) {
            return;
        }
        chain_.push_back(canonical_location(document.file));
        for (const documents::ComponentPhase& phase : document.phases) {
            for (const ComponentStep& step : phase.steps) {
                if (step.action == "ExecuteDocument") {
                    visit_step(document, phase.name, step);
                }
            }
        }
        chain_.pop_back();
    }

    std::vector<documents::Diagnostic> take() { return std::move(problems_); }

private:
    void visit_step(const ComponentDocument& document, const std::string& phase,
                    const ComponentStep& step) {
        const auto elements = documents::input_elements(step.inputs);
        const YamlNode* target = elements.empty() ? nullptr : elements.front()->find("document");
        if (target == nullptr) {
            return;
        }
        if (chain_.size() >= longest_document_chain) {
            report(document, phase, step, target->position,
                   "a document that is nested 3 levels deep must not contain ExecuteDocument: " +
                       chain_text());
            return;
        }
        const ComponentDocument* nested =
            documents::has_expression(target->text) ? nullptr : load(target->text);
        if (nested == nullptr) {
            return;
        }
        const std::string canonical = canonical_location(nested->file);
        if (std::ranges::find(chain_, canonical) == chain_.end()) {
            visit(*nested);
            return;
        }
        report(
            document, phase, step, target->position,
            "the document '" + target->text + "' runs itself: " + chain_text() + " > " + canonical);
    }

    void report(const ComponentDocument& document, const std::string& phase,
                const ComponentStep& step, documents::Position position, const std::string& what) {
        // Documents are met once for each way that leads to them.
        if (reported_.insert({document.file, position.line}).second) {
            problems_.push_back({document.file, position,
                                 "Parsing step '" + step.name + "' in phase '" + phase +
                                     "' failed.\nError: " + what});
        }
    }

    /// Null when there is no valid document at `location`.
    const ComponentDocument* load(const std::string& location) {
        const auto [found, added] = documents_.try_emplace(location);
        std::error_code ignored;
        if (added && std::filesystem::is_regular_file(location, ignored)) {
            try {
                found->second = std::make_unique<ComponentDocument>(
                    documents::parse_component(read_local_document(location), location, rules_));
            } catch (const documents::DocumentErrors&) {
                return nullptr;
            } catch (const base::Error&) {
                return nullptr;
            }
        }
        return found->second.get();
    }

    std::string chain_text() const {
        std::string text;
        for (const std::string& location : chain_) {
            text += (text.empty() ? "" : " > ") + location;
        }
        return text;
    }

    const documents::ComponentRules& rules_;
    std::vector<std::string> chain_;
    std::map<std::string, std::unique_ptr<ComponentDocument>> documents_;
    std::set<std::pair<std::string, int>> reported_;
    std::vector<documents::Diagnostic> problems_;
    int visits_ = 0;
};

}  // namespace

std::vector<documents::Diagnostic> nesting_problems(const ComponentDocument& document,
                                                    const documents::ComponentRules& rules) {
    NestingCheck check(rules);
    check.visit(document);
    return check.take();
}

}  // namespace goldsmith::guest
