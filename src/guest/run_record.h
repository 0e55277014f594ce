// RunRecord: everything that is known about one run of component documents, finished or not.
//
// The executor fills it while it works; the report (detailedoutput.json) is written from it, and so
// is the state that survives a reboot. A record that was loaded back makes the executor continue
// exactly where it says. Plain values, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "documents/component_document.h"

namespace goldsmith::guest {

/// Of a step. How it counts for its phase is another matter: see ScopeStatus.
enum class StepStatus { running, success, failed, timed_out, ignored_failure, skipped };

/// Of a phase, a document or a run; ordered from best to worst.
enum class ScopeStatus { success, success_with_ignored_failure, timed_out, failed };

struct OutputValue {
    std::string text;
    bool number = false;  ///< a JSON number in reports; consolidated by keeping the last
    bool operator==(const OutputValue&) const = default;
};
using Outputs = std::map<std::string, OutputValue>;
/// The texts of one element of a step's inputs, as chained references see them.
using InputValues = std::map<std::string, std::string>;

struct RunRecord;

struct StepRecord {
    std::string name;
    std::string action;
    std::int64_t timeout_seconds = 0;
    std::int64_t max_attempts = 1;
    std::string on_failure;
    std::string loop_json = "null";
    bool quiet = false;  ///< disableLogging applies

    StepStatus status = StepStatus::running;
    std::string failure_message;
    std::string stderr_text;  ///< of the last failed command, bounded
    base::Time start_time{};
    base::Time end_time{};
    std::string inputs_json = "[]";  ///< masked; for the report
    std::vector<InputValues> input_values;
    Outputs outputs;                ///< of the iterations so far, joined
    std::vector<RunRecord> nested;  ///< of ExecuteDocument, one per iteration

    // Progress, for a run that continues after a reboot.
    std::optional<documents::ConditionalAction> decision;  ///< of `if`; never taken twice
    std::int64_t failed_attempts = 0;
    std::size_t iteration = 0;
};

struct PhaseRecord {
    std::string name;
    bool finished = false;
    ScopeStatus status = ScopeStatus::success;
    std::string failure_message;
    base::Time start_time{};
    base::Time end_time{};
    std::vector<StepRecord> steps;
};

struct DocumentRecord {
    std::string location;   ///< as given
    std::string canonical;  ///< the same for all names of one document
    std::string name;
    std::string description;
    std::map<std::string, std::string> parameters;  ///< values in force
    std::string source;                             ///< the text that runs, also after a reboot
    bool finished = false;
    ScopeStatus status = ScopeStatus::success;
    std::string failure_message;
    base::Time start_time{};
    base::Time end_time{};
    std::vector<PhaseRecord> phases;
};

struct RunCounts {
    std::int64_t executed = 0;
    std::int64_t failed = 0;
    std::int64_t ignored = 0;
    std::int64_t skipped = 0;
};

struct RunRecord {
    std::string execution_id;
    bool finished = false;
    ScopeStatus status = ScopeStatus::success;
    std::string failure_message;
    base::Time start_time{};
    base::Time end_time{};
    std::vector<std::string> phases;  ///< requested; empty is all
    std::vector<DocumentRecord> documents;

    /// Steps of this run; those of nested documents are not part of it.
    RunCounts counts() const;
    /// The first step that failed and was not ignored, with its phase and document; null when none.
    struct Failure {
        const DocumentRecord* document = nullptr;
        const PhaseRecord* phase = nullptr;
        const StepRecord* step = nullptr;
    };
    Failure first_failure() const;
};

/// What a finished step means for its phase.
ScopeStatus scope_status_of(StepStatus status);
ScopeStatus worse(ScopeStatus a, ScopeStatus b);

std::string_view step_status_name(StepStatus status);    ///< "ignoredFailure"
std::string_view scope_status_name(ScopeStatus status);  ///< "successWithIgnoredFailure"
/// Of the whole run, which knows only success, failed and timedOut.
std::string_view run_status_name(ScopeStatus status);

}  // namespace goldsmith::guest
