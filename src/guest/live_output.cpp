#include "guest/live_output.h"

#include <cstdio>

namespace goldsmith::guest {
namespace {

constexpr std::size_t kept_lines = 20;

std::string seconds_between(base::Time start, base::Time end) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>((end - start).count()) / 1000.0);
    return text;
}

const char* colour_of(StepStatus status) {
    switch (status) {
        case StepStatus::success:
            return "\033[32m";
        case StepStatus::failed:
        case StepStatus::timed_out:
            return "\033[31m";
        case StepStatus::ignored_failure:
        case StepStatus::skipped:
        case StepStatus::running:
            return "\033[33m";
    }
    return "";
}

}  // namespace

std::string LiveOutput::coloured(std::string_view text, const char* colour) const {
    return terminal_ ? colour + std::string(text) + "\033[0m" : std::string(text);
}

void LiveOutput::document_started(const DocumentRecord& document) {
    if (mode_ == LiveMode::watch) {
        out_ << document.location << std::endl;
    }
}

void LiveOutput::phase_started(const PhaseRecord& phase) {
    if (mode_ == LiveMode::watch) {
        out_ << "  " << phase.name << std::endl;
    }
}

void LiveOutput::step_started(const StepRecord& step) {
    last_lines_.clear();
    if (mode_ == LiveMode::watch && terminal_) {
        out_ << "    " << step.name << " (" << step.action << ") ..." << std::flush;
    }
}

void LiveOutput::step_finished(const StepRecord& step) {
    if (mode_ != LiveMode::watch) {
        return;
    }
    out_ << (terminal_ ? "\r\033[K" : "") << "    " << step.name << " (" << step.action << ") "
         << coloured(step_status_name(step.status), colour_of(step.status)) << ", "
         << seconds_between(step.start_time, step.end_time);
    if (!step.failure_message.empty()) {
        out_ << ": " << step.failure_message;
    }
    out_ << std::endl;
    if (step.status == StepStatus::failed || step.status == StepStatus::timed_out) {
        for (const std::string& line : last_lines_) {
            out_ << "      | " << line << std::endl;
        }
    }
}

void LiveOutput::message(std::string_view text) {
    if (mode_ == LiveMode::trace) {
        // One write per line: it may be read by somebody who is waiting for it.
        out_ << std::string(text) + "\n" << std::flush;
        return;
    }
    constexpr std::string_view output_prefix = "CmdExecution: ";
    if (mode_ == LiveMode::watch && text.starts_with(output_prefix)) {
        last_lines_.emplace_back(text.substr(output_prefix.size()));
        if (last_lines_.size() > kept_lines) {
            last_lines_.pop_front();
        }
    }
}

}  // namespace goldsmith::guest
