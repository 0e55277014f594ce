// One container: everything it is made of, in the order in which it is built up.
#pragma once

#include <memory>
#include <optional>

#include "base/process.h"
#include "instances/console.h"
#include "instances/container/cgroup.h"
#include "instances/container/disk_export.h"
#include "instances/container/guest_files.h"
#include "instances/container/loop_device.h"
#include "instances/container/mounts.h"
#include "instances/instance.h"
#include "instances/network/container_link.h"

namespace goldsmith::instances {

class ContainerInstance final : public Instance {
public:
    explicit ContainerInstance(InstanceSpec spec);
    ~ContainerInstance() override;

    void start() override;
    void wait_ready(Deadline deadline, std::stop_token stop) override;
    guest::GuestClient& guest() override;
    void reboot(Deadline deadline, std::stop_token stop) override;
    bool resume_restart(Deadline deadline, std::stop_token stop) override;
    Stopped stop(std::chrono::milliseconds grace) override;
    void kill() noexcept override;
    PowerState state() override;
    std::string console_tail(std::size_t lines) const override;
    std::optional<pid_t> init_process() const override;
    std::vector<std::string> shortcomings() const override;

private:
    void attach_disk();
    void release_disk();
    void boot();
    bool is_alive();
    [[noreturn]] void fail(const std::string& what) const;
    void wait_down(Deadline deadline, const std::stop_token& stop);

    InstanceSpec spec_;
    std::unique_ptr<DiskExport> disk_;
    std::unique_ptr<LoopDevice> loop_;
    Mount root_;
    std::unique_ptr<GuestTraces> traces_;
    std::unique_ptr<ContainerLink> network_;
    std::unique_ptr<InstanceCgroup> cgroup_;
    std::unique_ptr<GuestFiles> files_;
    std::unique_ptr<Console> console_;
    Mount nspawn_state_;
    std::unique_ptr<base::Child> machine_;
    std::optional<guest::GuestClient> guest_;
    std::vector<std::string> shortcomings_;
};

}  // namespace goldsmith::instances
