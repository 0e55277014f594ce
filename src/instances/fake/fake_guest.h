// The guest's end of the protocol without a guest: answers on a thread. Internal to fake/.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "base/fd.h"
#include "base/guarded.h"
#include "instances/fake/fake_driver.h"

namespace goldsmith::instances {

class FakeGuest {
public:
    /// `files` is shared with later guests of the same instance.
    FakeGuest(FakeProgram program, std::shared_ptr<base::Guarded<FakeFiles>> files);
    /// Ends the connection and waits for the thread.
    ~FakeGuest();

    /// The host's end; once.
    base::Fd take_host_end() { return std::move(host_); }
    /// The guest was told to go down.
    bool went_down() const { return down_; }

private:
    void serve();
    void answer(const guest::Frame& frame);
    void send(guest::FrameType type, std::uint32_t request, std::string payload);

    FakeProgram program_;
    std::shared_ptr<base::Guarded<FakeFiles>> files_;
    base::Fd host_;
    base::Fd guest_;
    std::atomic<bool> down_ = false;
    std::map<std::uint32_t, std::pair<std::string, std::string>>
        receiving_;  // path, content so far
    std::thread thread_;
};

}  // namespace goldsmith::instances
