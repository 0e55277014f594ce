#include "instances/fake/fake_driver.h"

#include <fcntl.h>

#include "instances/console.h"
#include "instances/fake/fake_guest.h"

namespace goldsmith::instances {

namespace {

class FakeInstance final : public Instance {
public:
    FakeInstance(InstanceSpec spec, FakeProgram program, bool never_ready)
        : spec_(std::move(spec)), program_(std::move(program)), never_ready_(never_ready) {}

    void start() override {
        print("fake instance " + spec_.id + " starts\n");
        machine_ = std::make_unique<FakeGuest>(program_, files_);
    }

    void wait_ready(Deadline deadline, std::stop_token stop) override {
        if (!machine_ || never_ready_ || stop.stop_requested()) {
            throw InstanceFailed("instance " + spec_.id +
                                 ": it was not ready in time; the last lines of its console:\n" +
                                 console_tail(30));
        }
        if (!guest_) {
            guest_.emplace(machine_->take_host_end(), deadline, stop);
        }
    }

    guest::GuestClient& guest() override {
        if (!guest_) {
            throw InstanceFailed("instance " + spec_.id + ": there is no connection to its agent");
        }
        return *guest_;
    }

    void reboot(Deadline deadline, std::stop_token stop) override {
        guest().reboot(deadline);
        kill();
        start();
        wait_ready(deadline, stop);
    }

    Stopped stop(std::chrono::milliseconds) override {
        const bool was_running = machine_ != nullptr;
        kill();
        return was_running ? Stopped::clean : Stopped::killed;
    }

    void kill() noexcept override {
        guest_.reset();
        machine_.reset();
    }

    PowerState state() override {
        if (!machine_ || machine_->went_down()) {
            return PowerState::off;
        }
        return guest_ ? PowerState::running : PowerState::starting;
    }

    std::string console_tail(std::size_t lines) const override {
        return tail_of_console(spec_.console_file, lines);
    }

private:
    void print(const std::string& text) {
        const base::Fd file =
            base::open_file(spec_.console_file, O_WRONLY | O_CREAT | O_APPEND, 0600);
        base::write_all(file.get(), text);
    }

    InstanceSpec spec_;
    FakeProgram program_;
    bool never_ready_;
    std::shared_ptr<base::Guarded<FakeFiles>> files_ = std::make_shared<base::Guarded<FakeFiles>>();
    std::unique_ptr<FakeGuest> machine_;
    std::optional<guest::GuestClient> guest_;
};

}  // namespace

FakeOutput fake_shell(const guest::ExecRequest& request, FakeFiles& files) {
    const std::string& program = request.argv.front();
    if (program == "true" || program == "false") {
        return {program == "true" ? 0 : 1, "", ""};
    }
    if (program == "echo") {
        FakeOutput output;
        for (std::size_t i = 1; i < request.argv.size(); ++i) {
            output.stdout_text += (i == 1 ? "" : " ") + request.argv[i];
        }
        output.stdout_text += "\n";
        return output;
    }
    if (program == "cat" && request.argv.size() == 2) {
        const auto found = files.find(request.argv[1]);
        return found == files.end() ? FakeOutput{1, "", "cat: no such file\n"}
                                    : FakeOutput{0, found->second, ""};
    }
    if (program == "sh" && request.argv.size() == 3 && request.argv[2].starts_with("exit ")) {
        return {std::stoi(request.argv[2].substr(5)), "", ""};
    }
    return {127, "", program + ": not installed\n"};
}

FakeDriver::FakeDriver(FakeProgram program) : program_(std::move(program)) {}

std::unique_ptr<Instance> FakeDriver::create(InstanceSpec spec) {
    return std::make_unique<FakeInstance>(std::move(spec), program_, never_ready);
}

}  // namespace goldsmith::instances
