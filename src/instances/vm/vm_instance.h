// One virtual machine over its restarts: each start is a Machine of its own.
#pragma once

#include <memory>
#include <optional>

#include "instances/console.h"
#include "instances/instance.h"
#include "instances/vm/boot_failures.h"
#include "instances/vm/machine.h"
#include "instances/vm/saved_states.h"
#include "instances/vm/tpm.h"
#include "instances/vm/vm_driver.h"

namespace goldsmith::instances {

class VmInstance final : public Instance {
public:
    VmInstance(InstanceSpec spec, VmOptions options);
    ~VmInstance() override;

    void start() override;
    void wait_ready(Deadline deadline, std::stop_token stop) override;
    guest::GuestClient& guest() override;
    void reboot(Deadline deadline, std::stop_token stop) override;
    Stopped stop(std::chrono::milliseconds grace) override;
    void kill() noexcept override;
    PowerState state() override;
    std::string console_tail(std::size_t lines) const override;
    std::string why_silent() override { return is_alive() ? machine_->why_paused() : ""; }
    std::vector<std::string> shortcomings() const override { return shortcomings_; }

private:
    QemuSettings settings() const;
    base::Path lasting_folder() const;
    void make_seed() const;
    void boot();
    bool resume();
    void boot_after_all();
    void awaken(Deadline deadline, const std::stop_token& stop);
    void prove(Deadline deadline, const std::stop_token& stop);
    void save(Deadline deadline, const std::stop_token& stop);
    bool is_alive();
    [[noreturn]] void fail(const std::string& what) const;
    void check_start(Deadline deadline, const std::stop_token& stop);
    void offer_port();
    void plug_port();
    void unplug_port();
    bool is_waiting_in_vain();
    void start_by_cloud_init();
    void connect(Deadline deadline, const std::stop_token& stop);
    void drop_connection();

    InstanceSpec spec_;
    VmOptions options_;
    /// The way in use: automatic until it has come to cloud_init.
    AgentStart agent_start_;
    std::unique_ptr<Console> console_;
    /// Only while it is not decided whether this start is warm.
    std::optional<SavedStates> states_;
    std::string key_;
    /// Goes on from a saved machine, and that has not been seen to work.
    bool is_resumed_ = false;
    /// To be saved when it is ready.
    bool to_be_saved_ = false;
    std::vector<std::string> shortcomings_;
    std::optional<Tpm> tpm_;
    std::unique_ptr<Machine> machine_;
    std::optional<ConsoleWatch> watch_;
    std::optional<guest::GuestClient> guest_;
    bool port_is_plugged_ = false;
    bool told_why_down_ = false;
    Deadline port_changed_;
    Deadline started_;
    std::optional<Deadline> booted_;
    Deadline load_taken_;
    /// The guest had work to do when its load was last taken.
    bool is_busy_ = true;
};

}  // namespace goldsmith::instances
