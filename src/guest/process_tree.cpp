#include "guest/process_tree.h"

#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::guest {

bool ProcessTree::read_process(const std::string& pid, Process& process) {
    std::string stat;
    try {
        stat = base::read_file_if_exists("/proc/" + pid + "/stat").value_or("");
    } catch (const base::Error&) {
        return false;  // it ended while we looked
    }
    // The command name may hold anything, so fields are counted from its closing parenthesis.
    const std::size_t close = stat.rfind(')');
    char state = 0;
    if (close == std::string::npos ||
        std::sscanf(
            stat.c_str() + close + 1,
            " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
            &state, &process.parent, &process.session, &process.start_time) != 4) {
        return false;
    }
    process.zombie = state == 'Z' || state == 'X';
    return true;
}

ProcessTree::Table ProcessTree::read_table() {
    Table table;
    for (const std::string& name : base::list_directory("/proc")) {
        pid_t pid = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
        Process process;
        if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size() &&
            read_process(name, process)) {
            table[pid] = process;
        }
    }
    return table;
}

ProcessTree::ProcessTree(pid_t leader) : leader_(leader) {
    Process process;
    if (read_process(std::to_string(leader), process)) {
        leader_start_time_ = process.start_time;
    }
}

bool ProcessTree::is_orphan(const Process& process) const {
    return process.parent == ::getpid() && process.start_time >= leader_start_time_;
}

void ProcessTree::refresh(const Table& table) {
    std::erase_if(members_, [&table](const auto& member) {
        auto found = table.find(member.first);
        return found == table.end() || found->second.start_time != member.second;
    });
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [pid, process] : table) {
            const bool member = pid == leader_ || process.session == leader_ ||
                                is_orphan(process) || members_.contains(process.parent);
            if (member && members_.emplace(pid, process.start_time).second) {
                grew = true;
            }
        }
    }
}

std::size_t ProcessTree::signal(int signal_number) {
    const Table table = read_table();
    if (table.empty()) {
        // No /proc here (a bare chroot): at least the group that the leader founded.
        return ::kill(-leader_, signal_number) == 0 ? 1 : 0;
    }
    refresh(table);
    std::size_t count = 0;
    for (const auto& [pid, start_time] : members_) {
        auto found = table.find(pid);
        if (found != table.end() && !found->second.zombie) {
            ::kill(pid, signal_number);
            ++count;
        }
    }
    return count;
}

std::size_t ProcessTree::alive() {
    return signal(0);
}

void ProcessTree::reap() {
    for (const auto& [pid, process] : read_table()) {
        if (process.zombie && is_orphan(process) && pid != leader_) {
            ::waitpid(pid, nullptr, WNOHANG);
        }
    }
}

}  // namespace goldsmith::guest
