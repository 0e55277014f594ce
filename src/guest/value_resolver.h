// ValueResolver gives references in templates their values while a document runs. Borrows
// everything; one thread. Throws StepFailure naming the expression when there is no value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "documents/component_document.h"
#include "documents/expression.h"
#include "guest/patience.h"
#include "guest/run_record.h"

namespace goldsmith::guest {

class RemoteAccess;
class RunLog;

/// Where a loop stands; references to it resolve only when the step has one.
struct LoopPosition {
    std::string name;
    std::size_t index = 0;
    std::string value;
};

class ValueResolver {
public:
    struct Sources {
        const documents::ComponentDocument& document;
        const DocumentRecord& record;
        const std::string& execution_id;
        RemoteAccess& remote;
        RunLog& log;
        const StopSignal& stop;
    };

    explicit ValueResolver(const Sources& sources) : sources_(sources) {}

    void enter(const std::string& phase, const std::string& step);
    /// Until when references that need the network may take.
    void set_deadline(Deadline deadline) { deadline_ = deadline; }
    void set_loop(std::optional<LoopPosition> loop) { loop_ = std::move(loop); }

    std::string expand(std::string_view text);
    /// Expands every scalar of a tree; keys stay.
    documents::YamlNode expand(const documents::YamlNode& tree);
    /// The expression body and value of each chained reference that was resolved, for
    /// chaining.json.
    const std::map<std::string, std::string>& chained_values() const { return chained_; }

private:
    std::optional<std::string> resolve(const documents::Occurrence& occurrence);
    std::string name_value(const std::string& name);
    std::string chained(const documents::ChainReference& chain, std::string_view body);
    std::string chained_input(const documents::ChainReference& chain, std::string_view body);
    std::string context_value(const std::string& key);
    std::string environment_value(const std::string& name);
    std::string ssm_value(const documents::SsmReference& reference);
    std::string read_ssm(const std::string& name);
    Patience patience() const { return {sources_.stop, deadline_}; }

    Sources sources_;
    std::string phase_;
    std::string step_;
    std::optional<LoopPosition> loop_;
    Deadline deadline_;
    std::map<std::string, std::string> chained_;
    int depth_ = 0;
};

/// The texts of each element, lists joined with line breaks.
std::vector<InputValues> input_values_of(const documents::YamlNode& inputs);

}  // namespace goldsmith::guest
