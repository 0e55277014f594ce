// Guarded<T>: a mutex and the data it guards are one object, and the data can only be reached
// through a lock handle, so that "which mutex protects this?" is not a question.
//
//     Guarded<Queue> queue;
//     queue.lock()->push(x);
//     auto q = queue.lock(); q.wait_until(changed, deadline, [&] { return !q->empty(); });
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace goldsmith::base {

template <typename T>
class Guarded {
public:
    template <typename... Arguments>
    explicit Guarded(Arguments&&... arguments) : value_(std::forward<Arguments>(arguments)...) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    template <typename Value>
    class Handle {
    public:
        Handle(std::mutex& mutex, Value& value) : lock_(mutex), value_(value) {}
        Value* operator->() { return &value_; }
        Value& operator*() { return value_; }

        /// Waits on `condition` with the lock released. False when the deadline came first.
        template <typename TimePoint, typename Predicate>
        bool wait_until(std::condition_variable& condition, TimePoint deadline, Predicate ready) {
            return condition.wait_until(lock_, deadline, ready);
        }

    private:
        std::unique_lock<std::mutex> lock_;
        Value& value_;
    };

    Handle<T> lock() { return {mutex_, value_}; }
    Handle<const T> lock() const { return {mutex_, value_}; }

private:
    mutable std::mutex mutex_;
    T value_;
};

}  // namespace goldsmith::base
