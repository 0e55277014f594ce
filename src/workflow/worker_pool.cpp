#include <pthread.h>
#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "workflow/executor.h"

namespace goldsmith::workflow {

struct WorkerPool::Impl {
    struct Queue {
        std::deque<std::function<void()>> jobs;
        bool closed = false;
    };
    base::Guarded<Queue> queue;
    std::condition_variable changed;
    std::vector<std::thread> threads;

    // The next job, nothing once the pool is closed.
    std::function<void()> take() {
        auto held = queue.lock();
        while (!held->closed && held->jobs.empty()) {
            // The deadline only bounds the wait; nothing depends on its length.
            held.wait_until(changed, std::chrono::steady_clock::now() + std::chrono::hours(1),
                            [&] { return held->closed || !held->jobs.empty(); });
        }
        if (held->closed) {
            return {};
        }
        auto job = std::move(held->jobs.front());
        held->jobs.pop_front();
        return job;
    }

    void work(const std::string& name) {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        while (auto job = take()) {
            job();
        }
    }
};

WorkerPool::WorkerPool(std::string name, int threads) : impl_(std::make_unique<Impl>()) {
    for (int i = 1; i <= threads; ++i) {
        impl_->threads.emplace_back(
            [impl = impl_.get(), title = name + "-" + std::to_string(i)] { impl->work(title); });
    }
}

WorkerPool::~WorkerPool() {
    impl_->queue.lock()->closed = true;
    impl_->changed.notify_all();
    for (auto& thread : impl_->threads) {
        thread.join();
    }
}

void WorkerPool::submit(std::function<void()> job) {
    impl_->queue.lock()->jobs.push_back(std::move(job));
    impl_->changed.notify_one();
}

}  // namespace goldsmith::workflow
