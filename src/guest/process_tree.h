// ProcessTree finds and signals everything that a command started, including what left its process
// group or session. Linux only (/proc). One thread.
//
// A process belongs to the tree when it is the leader, shares its session, descends from a member,
// was a member before, or was handed to us as an orphan (we are a child subreaper) and is not older
// than the leader: what earlier steps left running stays.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace goldsmith::guest {

class ProcessTree {
public:
    /// The leader is our child and has not been reaped. Its session is its own.
    explicit ProcessTree(pid_t leader);

    /// Looks at /proc and signals all members but zombies. Returns how many there were.
    std::size_t signal(int signal_number);
    /// Members that still run.
    std::size_t alive();
    /// Collects members that ended and became our children. Never the leader.
    void reap();

private:
    struct Process {
        pid_t parent = 0;
        pid_t session = 0;
        unsigned long long start_time = 0;  ///< tells a reused number from the process we know
        bool zombie = false;
    };
    using Table = std::map<pid_t, Process>;

    static Table read_table();
    static bool read_process(const std::string& pid, Process& process);
    bool is_orphan(const Process& process) const;
    void refresh(const Table& table);

    pid_t leader_;
    unsigned long long leader_start_time_ = 0;
    std::map<pid_t, unsigned long long> members_;
};

}  // namespace goldsmith::guest
