#include "guest/run_record.h"

#include <algorithm>

namespace goldsmith::guest {
namespace {

void count(const StepRecord& step, RunCounts& counts) {
    switch (step.status) {
        case StepStatus::running:
            return;
        case StepStatus::success:
            ++counts.executed;
            return;
        case StepStatus::failed:
        case StepStatus::timed_out:
            ++counts.executed;
            ++counts.failed;
            return;
        case StepStatus::ignored_failure:
            ++counts.executed;
            ++counts.ignored;
            return;
        case StepStatus::skipped:
            ++counts.skipped;
            return;
    }
}

}  // namespace

RunCounts RunRecord::counts() const {
    RunCounts counts;
    for (const DocumentRecord& document : documents) {
        for (const PhaseRecord& phase : document.phases) {
            for (const StepRecord& step : phase.steps) {
                count(step, counts);
            }
        }
    }
    return counts;
}

RunRecord::Failure RunRecord::first_failure() const {
    for (const DocumentRecord& document : documents) {
        for (const PhaseRecord& phase : document.phases) {
            for (const StepRecord& step : phase.steps) {
                if (step.status == StepStatus::failed || step.status == StepStatus::timed_out) {
                    return {&document, &phase, &step};
                }
            }
        }
    }
    return {};
}

ScopeStatus scope_status_of(StepStatus status) {
    switch (status) {
        case StepStatus::running:
        case StepStatus::success:
        case StepStatus::skipped:
            return ScopeStatus::success;
        case StepStatus::ignored_failure:
            return ScopeStatus::success_with_ignored_failure;
        case StepStatus::timed_out:
            return ScopeStatus::timed_out;
        case StepStatus::failed:
            return ScopeStatus::failed;
    }
    return ScopeStatus::failed;
}

ScopeStatus worse(ScopeStatus a, ScopeStatus b) {
    return std::max(a, b);
}

std::string_view step_status_name(StepStatus status) {
    switch (status) {
        case StepStatus::running:
            return "running";
        case StepStatus::success:
            return "success";
        case StepStatus::failed:
            return "failed";
        case StepStatus::timed_out:
            return "timedOut";
        case StepStatus::ignored_failure:
            return "ignoredFailure";
        case StepStatus::skipped:
            return "skipped";
    }
    return "";
}

std::string_view scope_status_name(ScopeStatus status) {
    switch (status) {
        case ScopeStatus::success:
            return "success";
        case ScopeStatus::success_with_ignored_failure:
            return "successWithIgnoredFailure";
        case ScopeStatus::timed_out:
            return "timedOut";
        case ScopeStatus::failed:
            return "failed";
    }
    return "";
}

std::string_view run_status_name(ScopeStatus status) {
    return status == ScopeStatus::success_with_ignored_failure ? "success"
                                                               : scope_status_name(status);
}

}  // namespace goldsmith::guest
