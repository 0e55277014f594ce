// Progress: shows a build while it runs. On a terminal the lower lines are redrawn (current step,
// its time, the last lines of output); elsewhere every finished step and every line of output is
// printed once, in order. Used by one thread.
#pragma once

#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace goldsmith::cli {

/// What the API says of one step at one moment.
struct StepView {
    std::string id;
    std::string stage;  ///< "build", "test" or "distribution"
    std::string name;
    std::string status;   ///< the API's word
    std::string message;  ///< of a failed step
    std::chrono::milliseconds elapsed{0};
};

class Progress {
public:
    /// `verbose` prints every line of output on a terminal too.
    Progress(int fd, bool is_terminal, bool verbose);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// The newest state of all steps, in order. `image_status` is the API's word.
    void update(const std::string& image_status, const std::vector<StepView>& steps);
    /// New lines of the build's log, in order.
    void output(const std::vector<std::string>& lines);
    /// Ends the live area; the last lines of output stay readable through last_lines().
    void finish();
    /// The end of the output, at most `count` lines.
    std::vector<std::string> last_lines(std::size_t count) const;

private:
    void erase_live_area();
    void draw_live_area();
    void print(const std::string& text);

    int fd_;
    bool is_terminal_;
    bool verbose_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::string image_status_ = "PENDING";
    std::vector<StepView> running_;
    std::set<std::string> announced_;
    std::set<std::string> finished_;
    std::deque<std::string> recent_;
    int live_lines_ = 0;
};

/// "0.4 s", "12.3 s", "3 min 05 s".
std::string describe_duration(std::chrono::milliseconds duration);

}  // namespace goldsmith::cli
