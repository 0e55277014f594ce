#include "http/worker_threads.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace goldsmith::http {

namespace {

using Clock = std::chrono::steady_clock;

// Only bounds a wait; nothing depends on its length.
constexpr std::chrono::hours long_time{1};
// The watch goes to sleep when it has found nothing to do for so many times its patience.
constexpr int quiet_rounds = 50;

void name_thread(std::thread& thread, const std::string& name) {
    pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
}

}  // namespace

std::size_t WorkerLimits::usual_at_once() {
    return std::max(std::thread::hardware_concurrency(), 2U);
}

WorkerThreads::WorkerThreads(std::size_t count, const std::string& name, WorkerLimits limits)
    : limits_(limits), workers_(std::max<std::size_t>(count, 1)) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        workers_[i].thread = std::thread([this, i] { work(workers_[i]); });
        name_thread(workers_[i].thread, name + std::to_string(i));
    }
    watch_thread_ = std::thread([this] { watch(); });
    name_thread(watch_thread_, name + "watch");
}

WorkerThreads::~WorkerThreads() {
    stop();
}

void WorkerThreads::post(std::function<void()> task) {
    Worker* called = nullptr;
    bool call_watch = false;
    {
        auto state = state_.lock();
        state->tasks.push_back(std::move(task));
        called = call_one_if_few(*state);
        call_watch = called == nullptr && !state->watched;
        state->watched = state->watched || call_watch;
    }
    if (called != nullptr) {
        called->wake.notify_one();
    }
    if (call_watch) {
        watch_wake_.notify_one();
    }
}

WorkerThreads::Worker* WorkerThreads::call_one(State& state) {
    if (state.tasks.empty() || state.idle.empty()) {
        return nullptr;
    }
    auto* called = state.idle.back();
    state.idle.pop_back();
    called->called = true;
    ++state.at_work;
    return called;
}

WorkerThreads::Worker* WorkerThreads::call_one_if_few(State& state) const {
    return state.at_work < limits_.at_once ? call_one(state) : nullptr;
}

/// This thread is at work no more; another one may be.
void WorkerThreads::leave_work() noexcept {
    Worker* called = nullptr;
    {
        auto state = state_.lock();
        --state->at_work;
        called = call_one_if_few(*state);
    }
    if (called != nullptr) {
        called->wake.notify_one();
    }
}

void WorkerThreads::stop() {
    state_.lock()->stopping = true;
    watch_wake_.notify_one();
    for (Worker& worker : workers_) {
        worker.wake.notify_one();
    }
    for (Worker& worker : workers_) {
        if (worker.thread.joinable()) {
            worker.thread.join();
        }
    }
    if (watch_thread_.joinable()) {
        watch_thread_.join();
    }
}

/// The next task; nothing when it is time to end. Whoever has been called takes one, if there is
/// one; whoever has ended one goes on only while few are at work.
std::function<void()> WorkerThreads::take(Worker& self) {
    auto state = state_.lock();
    while (!state->stopping &&
           (state->tasks.empty() || (!self.called && state->at_work >= limits_.at_once))) {
        if (std::exchange(self.called, false)) {
            --state->at_work;
        }
        state->idle.push_back(&self);
        state.wait_until(self.wake, Clock::now() + long_time,
                         [&] { return self.called || state->stopping; });
        std::erase(state->idle, &self);
    }
    if (state->stopping) {
        return {};
    }
    if (!std::exchange(self.called, false)) {
        ++state->at_work;
    }
    auto task = std::move(state->tasks.front());
    state->tasks.pop_front();
    ++state->taken;
    return task;
}

void WorkerThreads::run(const std::function<void()>& task) {
    bool at_work = true;
    const base::WaitObserver observer([&] {
        if (std::exchange(at_work, false)) {
            leave_work();
        }
    });
    try {
        task();
    } catch (const std::exception&) {
        // A lack of memory: that session ends, the others go on.
    }
    if (at_work) {
        --state_.lock()->at_work;
    }
}

void WorkerThreads::work(Worker& self) {
    while (auto task = take(self)) {
        run(task);
    }
}

void WorkerThreads::watch() {
    auto state = state_.lock();
    while (!state->stopping) {
        state.wait_until(watch_wake_, Clock::now() + long_time,
                         [&] { return state->watched || state->stopping; });
        int quiet = 0;
        while (quiet < quiet_rounds && !state->stopping) {
            const auto taken = state->taken;
            state.wait_until(watch_wake_, Clock::now() + limits_.patience,
                             [&] { return state->stopping; });
            quiet = state->tasks.empty() ? quiet + 1 : 0;
            if (state->taken == taken) {
                if (auto* called = call_one(*state)) {
                    called->wake.notify_one();
                }
            }
        }
        state->watched = false;
    }
}

}  // namespace goldsmith::http
