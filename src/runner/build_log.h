// The build's log stream, as the runner writes it: whole lines, in order, visible at once. A log
// that cannot be written (full disk) does not fail the build; what is lost is counted and said when
// writing works again. An instance that belongs to no build says the same on its console.
// Thread-safe: refusals of the network come on a thread of its own.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "store/log_stream.h"

namespace goldsmith::runner {

class BuildLog {
public:
    explicit BuildLog(store::LogWriter writer) : writer_(std::move(writer)) {}
    /// Appends to an instance's console file.
    explicit BuildLog(base::Path console) : console_(std::move(console)) {}

    void line(std::string_view text) { lines({std::string(text)}); }
    void lines(const std::vector<std::string>& texts);

private:
    void print(const std::vector<std::string>& texts);

    std::mutex mutex_;
    std::optional<store::LogWriter> writer_;
    base::Path console_;
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
