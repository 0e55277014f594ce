// announce_wait(): tells whoever hands out work to this thread that it is about to wait for another
// thread or for the disk, so that work for the processor goes to another one meanwhile. Where
// nobody hands out work to the thread it does nothing.
//
//     base::announce_wait();
//     flushed.wait();
#pragma once

#include <functional>
#include <utility>

namespace goldsmith::base {

/// Hears of the waits of the thread that made it, for as long as it lives. One at a time.
class WaitObserver {
public:
    /// `begins` is called at the begin of each wait and must not throw.
    explicit WaitObserver(std::function<void()> begins)
        : begins_(std::move(begins)), before_(std::exchange(of_thread_, this)) {}
    ~WaitObserver() { of_thread_ = before_; }
    WaitObserver(const WaitObserver&) = delete;
    WaitObserver& operator=(const WaitObserver&) = delete;

private:
    friend void announce_wait();
    static inline thread_local const WaitObserver* of_thread_ = nullptr;
    const std::function<void()> begins_;
    const WaitObserver* const before_;
};

inline void announce_wait() {
    if (WaitObserver::of_thread_ != nullptr) {
        WaitObserver::of_thread_->begins_();
    }
}

}  // namespace goldsmith::base
