#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/files.h"

namespace goldsmith::cli {

namespace {

constexpr std::size_t kept_lines = 1000;
constexpr std::size_t live_output_lines = 3;

bool is_over(const std::string& status) {
    return status == "COMPLETED" || status == "FAILED" || status == "CANCELLED";
}

std::string mark_of(const StepView& step) {
    if (step.status == "COMPLETED") {
        return "ok    ";
    }
    return step.status == "FAILED" ? "FAILED" : "cancel";
}

std::size_t terminal_width(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/// Control characters would move the cursor out of the live area.
std::string printable(const std::string& line, std::size_t width) {
    std::string text;
    for (const char c : line) {
        if (text.size() + 1 >= width) {
            break;
        }
        text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    return text;
}

}  // namespace

std::string describe_duration(std::chrono::milliseconds duration) {
    const double seconds = static_cast<double>(duration.count()) / 1000;
    char text[48];
    if (seconds < 60) {
        std::snprintf(text, sizeof text, "%.1f s", seconds);
    } else {
        const int whole = static_cast<int>(seconds);
        std::snprintf(text, sizeof text, "%d min %02d s", whole / 60, whole % 60);
    }
    return text;
}

Progress::Progress(int fd, bool is_terminal, bool verbose)
    : fd_(fd), is_terminal_(is_terminal), verbose_(verbose) {}

Progress::~Progress() {
    try {
        finish();
    } catch (...) {
        // The terminal is gone; there is nobody to tell.
    }
}

void Progress::print(const std::string& text) {
    base::write_all(fd_, text);
}

void Progress::update(const std::string& image_status, const std::vector<StepView>& steps) {
    erase_live_area();
    image_status_ = image_status;
    running_.clear();
    for (const StepView& step : steps) {
        if (is_over(step.status) && finished_.insert(step.id).second) {
            print("[" + step.stage + "] " + mark_of(step) + " " + step.name + "  " +
                  describe_duration(step.elapsed) + "\n");
        } else if (step.status == "RUNNING") {
            running_.push_back(step);
            if (!is_terminal_ && announced_.insert(step.id).second) {
                print("[" + step.stage + "] start  " + step.name + "\n");
            }
        }
    }
    draw_live_area();
}

void Progress::output(const std::vector<std::string>& lines) {
    if (lines.empty()) {
        return;
    }
    erase_live_area();
    for (const std::string& line : lines) {
        recent_.push_back(line);
        if (recent_.size() > kept_lines) {
            recent_.pop_front();
        }
        if (!is_terminal_ || verbose_) {
            print("    " + line + "\n");
        }
    }
    draw_live_area();
}

void Progress::finish() {
    erase_live_area();
    running_.clear();
}

std::vector<std::string> Progress::last_lines(std::size_t count) const {
    const std::size_t skip = recent_.size() > count ? recent_.size() - count : 0;
    return {recent_.begin() + static_cast<std::ptrdiff_t>(skip), recent_.end()};
}

void Progress::erase_live_area() {
    if (live_lines_ > 0) {
        print("\x1b[" + std::to_string(live_lines_) + "A\x1b[J");
        live_lines_ = 0;
    }
}

void Progress::draw_live_area() {
    if (!is_terminal_) {
        return;
    }
    const std::size_t width = terminal_width(fd_);
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started_);
    std::string area = "\x1b[1m" + image_status_ + "\x1b[0m  " + describe_duration(elapsed) + "\n";
    live_lines_ = 1;
    for (const StepView& step : running_) {
        area += printable("  " + step.name + "  " + describe_duration(step.elapsed), width) + "\n";
        ++live_lines_;
    }
    if (!verbose_) {
        for (const std::string& line : last_lines(live_output_lines)) {
            area += "\x1b[2m" + printable("  | " + line, width) + "\x1b[0m\n";
            ++live_lines_;
        }
    }
    print(area);
}

}  // namespace goldsmith::cli
