// What the executor tells about a run: the summary on its standard output, detailedoutput.json, and
// the lines that it prints while it works. Everything comes out of the guest and may be wrong in
// any way. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/generated/runner/run_types.h"

namespace goldsmith::runner {

struct ToeSummary {
    std::string execution_id;
    std::string status;
    std::string failure_message;
    std::string log_folder;
    std::int32_t executed_steps = 0;
    std::int32_t failed_steps = 0;
    std::int32_t ignored_failed_steps = 0;
};

/// Nothing when `text` is not a summary.
std::optional<ToeSummary> parse_toe_summary(const std::string& text);

/// The first step that failed according to detailedoutput.json; nothing when none did or the text
/// is none. `documents` maps the location of a document, as it was given to the executor, to what
/// it is called.
std::optional<api::runner::StepFailure> first_failure(
    const std::string& detailed_output,
    const std::map<std::string, api::runner::Document>& documents);

/// "component web, phase validate, step CheckPage (ExecuteBash): exit status 7".
std::string describe(const api::runner::StepFailure& failure);

/// Remembers the last lines that each step's commands printed.
class StepOutput {
public:
    void add(const std::string& line);
    std::vector<std::string> last_lines_of(const std::string& step) const;

private:
    void keep(const std::string& line);

    std::string step_;
    bool in_stderr_ = false;
    std::map<std::string, std::deque<std::string>> lines_;
};

}  // namespace goldsmith::runner
