// EndWatch: looks into the inbox, on a thread of its own, while a command runs or a machine starts:
// the work has to stop when the instance has to go, and when the command was cancelled.
#pragma once

#include <stop_token>
#include <string>
#include <thread>

#include "base/mailbox.h"
#include "runner/run_directory.h"

namespace goldsmith::runner {

class EndWatch {
public:
    /// Both are asked to stop when the run has to end, `work` also when the command `id` is
    /// cancelled. All references outlive the object.
    EndWatch(const RunDirectory& directory, std::stop_source& run, std::stop_source& work,
             std::string id);
    ~EndWatch();

private:
    void look(const RunDirectory& directory, const std::stop_token& stop);

    std::stop_source& run_;
    std::stop_source& work_;
    std::string id_;
    base::DirectoryWatch watch_;
    std::jthread thread_;
};

}  // namespace goldsmith::runner
