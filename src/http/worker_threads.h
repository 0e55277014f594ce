// Threads that run the tasks they are given, in order of arrival. At most `at_once` of them are at
// work for the processor: more would only take turns on it, each with cold caches. One that waits
// (base/waiting.h) does not count any more until its next task, for what comes after a wait is
// short; and where tasks take long without saying so, others are called all the same after a
// moment. The thread that became idle last is called first. Used by Listener; thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/waiting.h"

namespace goldsmith::http {

struct WorkerLimits {
    /// By default one for each processor, at least two.
    std::size_t at_once = usual_at_once();
    /// So long no task was begun although some wait: those at work do not come back soon.
    std::chrono::milliseconds patience{1};

    static std::size_t usual_at_once();
};

class WorkerThreads {
public:
    /// At least one thread; `name`0, `name`1, ... of at most 15 characters, and one, `name`watch,
    /// that calls others where none comes back for its next task.
    WorkerThreads(std::size_t count, const std::string& name, WorkerLimits limits = {});
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
        std::size_t at_work = 0;    // called or running a task, and have not waited
        std::uint64_t taken = 0;    // tasks, so far
        bool watched = false;       // the watch looks after the tasks
        bool stopping = false;
    };

    /// Whom to notify when the lock is gone; null when nobody is to be called.
    static Worker* call_one(State& state);
    Worker* call_one_if_few(State& state) const;
    std::function<void()> take(Worker& self);
    void run(const std::function<void()>& task);
    void leave_work() noexcept;
    void work(Worker& self);
    void watch();

    const WorkerLimits limits_;
    base::Guarded<State> state_;
    std::vector<Worker> workers_;
    std::condition_variable watch_wake_;
    std::thread watch_thread_;
};

}  // namespace goldsmith::http
