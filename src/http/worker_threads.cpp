#include "http/worker_threads.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace goldsmith::http {

WorkerThreads::WorkerThreads(std::size_t count, const std::string& name)
    : workers_(std::max<std::size_t>(count, 1)) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        workers_[i].thread = std::thread([this, i] { work(workers_[i]); });
        pthread_setname_np(workers_[i].thread.native_handle(),
                           (name + std::to_string(i)).substr(0, 15).c_str());
    }
}

WorkerThreads::~WorkerThreads() {
    stop();
}

void WorkerThreads::post(std::function<void()> task) {
    Worker* called = nullptr;
    {
        auto state = state_.lock();
        state->tasks.push_back(std::move(task));
        if (!state->idle.empty()) {
            called = state->idle.back();
            state->idle.pop_back();
            called->called = true;
        }
    }
    if (called != nullptr) {
        called->wake.notify_one();
    }
}

void WorkerThreads::stop() {
    state_.lock()->stopping = true;
    for (Worker& worker : workers_) {
        worker.wake.notify_one();
    }
    for (Worker& worker : workers_) {
        if (worker.thread.joinable()) {
            worker.thread.join();
        }
    }
}

/// The next task; nothing when it is time to end.
std::function<void()> WorkerThreads::take(Worker& self) {
    auto state = state_.lock();
    while (!state->stopping && state->tasks.empty()) {
        self.called = false;
        state->idle.push_back(&self);
        // The deadline only bounds the wait; nothing depends on its length.
        state.wait_until(self.wake, std::chrono::steady_clock::now() + std::chrono::hours(1),
                         [&] { return self.called || state->stopping; });
        std::erase(state->idle, &self);
    }
    if (state->stopping) {
        return {};
    }
    auto task = std::move(state->tasks.front());
    state->tasks.pop_front();
    return task;
}

void WorkerThreads::work(Worker& self) {
    while (auto task = take(self)) {
        try {
            task();
        } catch (const std::exception&) {
            // A lack of memory: that session ends, the others go on.
        }
    }
}

}  // namespace goldsmith::http
