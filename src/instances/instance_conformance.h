// What every instance driver promises (instance.h), as tests. A driver's test file instantiates the
// suite with a function that makes a world for one test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "instances/instance.h"

namespace goldsmith::instances {

/// A driver and what it needs to make instances, for one test.
class InstanceWorld {
public:
    virtual ~InstanceWorld() = default;
    /// Why the test cannot run here; empty when it can.
    virtual std::string skip_reason() = 0;
    /// Each call: another instance on a fresh clone of the same disk.
    virtual std::unique_ptr<Instance> make(const std::string& name) = 0;
    /// What a start may take here. Only a broken machine needs all of it.
    virtual std::chrono::seconds patience() const { return std::chrono::seconds(60); }
};

struct InstanceWorldFactory {
    std::string name;
    std::function<std::unique_ptr<InstanceWorld>()> make;
};

class InstanceConformance : public testing::TestWithParam<InstanceWorldFactory> {
protected:
    void SetUp() override {
        world_ = GetParam().make();
        if (const std::string reason = world_->skip_reason(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
    }

    Deadline soon() const { return std::chrono::steady_clock::now() + world_->patience(); }

    guest::GuestClient::Output run(Instance& instance, std::vector<std::string> argv) const {
        const std::string path =
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return instance.guest().capture({std::move(argv), {path}, "/", false}, soon());
    }

    std::unique_ptr<Instance> started(const std::string& name) {
        auto instance = world_->make(name);
        instance->start();
        instance->wait_ready(soon());
        return instance;
    }

    std::unique_ptr<InstanceWorld> world_;
};

}  // namespace goldsmith::instances
