// BuildLog: writes what the engine records into the build's log stream, between the lines that
// runners write there: which workflow and step began, how it ended, how long it took. On the loop's
// thread only.
#pragma once

#include <map>
#include <string>

#include "base/files.h"
#include "base/log.h"
#include "workflow/loop.h"

namespace goldsmith::daemon {

class BuildLog final : public workflow::Observer {
public:
    BuildLog(base::Path logs_directory, base::Logger log)
        : logs_directory_(std::move(logs_directory)), log_(std::move(log)) {}

    void recorded(const workflow::Plan& plan, const workflow::State& state,
                  std::span<const workflow::Event> events) override;

private:
    base::Path logs_directory_;
    base::Logger log_;
};

}  // namespace goldsmith::daemon
