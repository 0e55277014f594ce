#include "guest/live_output.h"

#include "guest/running_line.h"

namespace goldsmith::guest {
namespace {

constexpr std::size_t kept_lines = 20;
/// Of a line that is shown again under a failed step.
constexpr std::size_t shown_columns = 400;
constexpr std::chrono::milliseconds refresh_every{500};

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

LiveOutput::LiveOutput(std::ostream& out, LiveMode mode, std::size_t terminal_columns)
    : out_(out), mode_(mode), columns_(terminal_columns) {
    if (watching() && columns_ > 0) {
        refresher_ = std::jthread([this] { keep_line_current(); });
    }
}

LiveOutput::~LiveOutput() {
    running_.lock()->ended = true;
    ended_.notify_all();
    if (refresher_.joinable()) {
        refresher_.join();
    }
}

void LiveOutput::keep_line_current() {
    auto running = running_.lock();
    while (!running.wait_until(ended_, Clock::now() + refresh_every,
                               [&running] { return running->ended; })) {
        if (!running->step.empty()) {
            show_running(*running);
        }
    }
}

void LiveOutput::show_running(const Running& running) {
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - running.since);
    const std::string last = running.last_lines.empty() ? "" : running.last_lines.back();
    // One column is left free: a full line would wrap.
    out_ << "\r\033[K" << running_line(running.step, running.action, elapsed, last, columns_ - 1)
         << std::flush;
}

std::string LiveOutput::coloured(std::string_view text, const char* colour) const {
    return columns_ > 0 ? colour + std::string(text) + "\033[0m" : std::string(text);
}

void LiveOutput::document_started(std::string_view location) {
    if (watching()) {
        const auto running = running_.lock();
        out_ << location << std::endl;
    }
}

void LiveOutput::phase_started(const PhaseRecord& phase) {
    if (watching()) {
        const auto running = running_.lock();
        out_ << "  " << phase.name << std::endl;
    }
}

void LiveOutput::step_started(const StepRecord& step) {
    if (!watching()) {
        return;
    }
    auto running = running_.lock();
    running->step = step.name;
    running->action = step.action;
    running->since = Clock::now();
    running->last_lines.clear();
    if (columns_ > 0) {
        show_running(*running);
    } else {
        out_ << "    " << step.name << " (" << step.action << ") started" << std::endl;
    }
}

void LiveOutput::step_finished(const StepRecord& step) {
    if (!watching()) {
        return;
    }
    auto running = running_.lock();
    out_ << (columns_ > 0 ? "\r\033[K" : "") << "    " << step.name << " (" << step.action << ") "
         << coloured(step_status_name(step.status), colour_of(step.status)) << ", "
         << duration_text(step.end_time - step.start_time);
    if (!step.failure_message.empty()) {
        out_ << ": " << printable(step.failure_message, shown_columns);
    }
    out_ << std::endl;
    if (step.status == StepStatus::failed || step.status == StepStatus::timed_out) {
        for (const std::string& line : running->last_lines) {
            out_ << "      | " << line << std::endl;
        }
    }
    running->step.clear();
}

void LiveOutput::message(std::string_view text) {
    if (mode_ == LiveMode::trace) {
        // One write per line: it may be read by somebody who is waiting for it.
        out_ << std::string(text) + "\n" << std::flush;
        return;
    }
    constexpr std::string_view output_prefix = "CmdExecution: ";
    if (watching() && text.starts_with(output_prefix)) {
        auto running = running_.lock();
        running->last_lines.push_back(printable(text.substr(output_prefix.size()), shown_columns));
        if (running->last_lines.size() > kept_lines) {
            running->last_lines.pop_front();
        }
    }
}

}  // namespace goldsmith::guest
