// Instances that exist in this process only: a thread that speaks the guest protocol, a map that is
// the file system, a function that is every program. For tests of what stands above instances/;
// nothing is ever executed on the host.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "instances/instance.h"

namespace goldsmith::instances {

/// What a fake guest has on its "disk"; lives as long as the driver, so it survives restarts.
using FakeFiles = std::map<std::string, std::string>;

struct FakeOutput {
    int exit_code = 0;
    std::string stdout_text;
    std::string stderr_text;
};

/// Plays a program. Called on the guest's thread.
using FakeProgram = std::function<FakeOutput(const guest::ExecRequest&, FakeFiles&)>;

/// true, false, echo, cat FILE, sh -c "exit N"; anything else is not installed (exit code 127).
FakeOutput fake_shell(const guest::ExecRequest& request, FakeFiles& files);

class FakeDriver final : public InstanceDriver {
public:
    explicit FakeDriver(FakeProgram program = fake_shell);
    std::optional<std::string> unavailable() const override { return std::nullopt; }
    std::unique_ptr<Instance> create(InstanceSpec spec) override;

    /// Instances created later never become ready.
    bool never_ready = false;

private:
    FakeProgram program_;
};

}  // namespace goldsmith::instances
