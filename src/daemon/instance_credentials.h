// InstanceCredentials: the thread that gives running instances the temporary credentials of their
// role, as the file credentials.json of the run directory, renews them when half of their time is
// over, and ends them with the run. What it knows it reads from the run directories and the
// database, so a restart loses nothing. A failure is logged and tried again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/mailbox.h"

namespace goldsmith::base {
class Random;
}
namespace goldsmith::db {
class Database;
}

namespace goldsmith::daemon {

/// One turn of the work, without a thread: what the thread repeats, and what tests call.
class CredentialWork {
public:
    CredentialWork(db::Database& database, base::Random& random, const base::Clock& clock,
                   base::Path runs_directory, base::Logger log);

    /// Looks at every run once. True when a run has just begun and says nothing yet: look again
    /// at once, because its guest may ask within a second.
    bool turn();

private:
    struct Run {
        bool has_role = false;
        std::string account;
        std::string role;
        std::string instance_id;
        base::Time renew_at{};
    };

    const Run* known(const std::string& run_id);
    bool has_ended(const std::string& run_id) const;
    void give(const std::string& run_id, Run& run);
    void end(const std::string& run_id);

    db::Database& database_;
    base::Random& random_;
    const base::Clock& clock_;
    base::Path runs_;
    base::Logger log_;
    std::map<std::string, Run> known_;
    /// Folders without a specification, and how often they were looked at.
    std::map<std::string, int> blank_;
    /// Runs whose sessions were ended but whose folders are still there.
    std::set<std::string> ended_;
    bool first_turn_ = true;
};

class InstanceCredentials {
public:
    /// Everything referred to must outlive it. Works until destroyed.
    InstanceCredentials(db::Database& database, base::Random& random, const base::Clock& clock,
                        const base::Path& runs_directory, base::Logger log);
    ~InstanceCredentials();

private:
    base::DirectoryWatch watch_;
    std::jthread thread_;
};

}  // namespace goldsmith::daemon
