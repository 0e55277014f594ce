// The build's log stream, as the runner writes it: whole lines, in order, visible at once. A log
// that cannot be written (full disk) does not fail the build; what is lost is counted and said when
// writing works again. Thread-safe: refusals of the network come on a thread of its own.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/log_stream.h"

namespace goldsmith::runner {

class BuildLog {
public:
    explicit BuildLog(store::LogWriter writer) : writer_(std::move(writer)) {}

    void line(std::string_view text) { lines({std::string(text)}); }
    void lines(const std::vector<std::string>& texts);

private:
    std::mutex mutex_;
    store::LogWriter writer_;
    std::uint64_t lost_ = 0;
};

/// Cuts a stream of bytes into lines (without the newline). A line that grows beyond a limit is
/// cut.
class LineCutter {
public:
    /// Lines completed by `chunk`.
    std::vector<std::string> feed(std::string_view chunk);
    /// What is left without a newline; empty when nothing is.
    std::string rest();

private:
    std::string partial_;
};

}  // namespace goldsmith::runner
