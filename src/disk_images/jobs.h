// Imports of a server, each in a process of its own, so that neither their work nor what they parse
// is the server's: `goldsmith image import ... --server --token T`. The process outlives the server
// that started it; the next one finds it by its token. Used by actions. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/files.h"
#include "base/guarded.h"
#include "base/process.h"

namespace goldsmith::disk_images {

struct JobRunning {
    std::string stage;  // "converting: 40%"
};
/// Ended well, or was not seen to: whether it made what it should is in the store.
struct JobEnded {};
struct JobFailed {
    std::string message;
};
using JobState = std::variant<JobRunning, JobEnded, JobFailed>;

class ImageJobs {
public:
    /// `folder` is <data directory>/imports. `command` completes the arguments to a command.
    ImageJobs(base::Path folder,
              std::function<base::Command(std::vector<std::string> arguments)> command);
    /// Leaves the processes running.
    ~ImageJobs();

    /// Starts a process for the token unless one runs or has just ended. At most `kAtOnce` run at
    /// a time; a further one waits (JobRunning).
    JobState advance(const std::string& token, const std::vector<std::string>& arguments);
    /// For a token whose product is there: forgets its process and log. False: it still runs.
    bool settle(const std::string& token);
    /// Asks the process to stop. True: none runs (any more).
    bool stop(const std::string& token);

    static constexpr std::size_t kAtOnce = 4;

private:
    using Children = std::map<std::string, base::Child>;

    base::Path log_of(const std::string& token) const;
    std::string last_line(const std::string& token) const;
    JobState start(Children& children, const std::string& token,
                   const std::vector<std::string>& arguments);

    base::Path folder_;
    std::function<base::Command(std::vector<std::string>)> command_;
    base::Guarded<Children> children_;
};

}  // namespace goldsmith::disk_images
