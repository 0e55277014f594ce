// Threads that run the tasks they are given, in order of arrival. The thread that became idle last
// is called first, so that few requests at a time keep few threads (and their caches) busy, however
// many there are for the busy times. Used by Listener; thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace goldsmith::http {

class WorkerThreads {
public:
    /// At least one thread; `name`0, `name`1, ... of at most 15 characters.
    WorkerThreads(std::size_t count, const std::string& name);
    /// stop(), then drops what was never begun.
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;

    /// What a task throws is dropped.
    void post(std::function<void()> task);
    /// How many threads wait for a task.
    std::size_t idle() const { return state_.lock()->idle.size(); }
    /// Returns when the tasks under way have ended; no other is begun. From none of the threads.
    void stop();

private:
    struct Worker {
        std::condition_variable wake;
        bool called = false;  // guarded by state_
        std::thread thread;
    };
    struct State {
        std::deque<std::function<void()>> tasks;
        std::vector<Worker*> idle;  // called from the back
        bool stopping = false;
    };

    std::function<void()> take(Worker& self);
    void work(Worker& self);

    base::Guarded<State> state_;
    std::vector<Worker> workers_;
};

}  // namespace goldsmith::http
