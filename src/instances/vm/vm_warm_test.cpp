// Warm starts: machines that go on from one that was saved. For `./dev test --all`.
#include <gtest/gtest.h>

#include <fcntl.h>

#include <set>

#include "base/process.h"
#include "instances/vm/saved_states.h"
#include "instances/vm/vm_world.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;

class VmWarm : public VmTest {
protected:
    InstanceSpec warm_spec(const std::string& name) {
        InstanceSpec spec = world_.spec(name);
        spec.warm_start = WarmStart{world_.folder() / "saved", 4ULL << 30, "base disk"};
        return spec;
    }

    /// The folder of the only machine that is saved.
    base::Path entry() const {
        const auto states = SavedStates::list(world_.folder() / "saved");
        EXPECT_EQ(states.size(), 1U);
        return states.empty() ? base::Path() : states.front().folder;
    }
};

struct Facts {
    std::string machine_id;
    std::string host_keys;
    std::string random;
};

class VmIdentity : public VmWarm {
protected:
    /// Of a machine whose image names no host.
    InstanceSpec nameless_spec(const std::string& name) {
        if (base_.empty()) {
            base_ = world_.changed_base("nameless", "rm /etc/hostname\n");
        }
        InstanceSpec spec = world_.spec(name, base_);
        spec.warm_start = WarmStart{world_.folder() / "saved", 4ULL << 30, "nameless disk"};
        return spec;
    }

    static Facts facts_of(Instance& instance) {
        return {said(instance, "cat /etc/machine-id"),
                said(instance, "cat /etc/ssh/ssh_host_*_key.pub"),
                said(instance,
                     "cat /proc/sys/kernel/random/uuid; head -c 32 /dev/urandom |"
                     " od -An -tx1; openssl rand -hex 16 || true")};
    }

    /// The guest's time is between those of the host before and after the question.
    static void expect_right_clock(Instance& instance, const std::string& question) {
        using Seconds = std::chrono::duration<double>;
        const auto host = [] {
            return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
        };
        const double before = host();
        const double guest = std::stod(said(instance, question));
        const double after = host();
        EXPECT_GT(guest, before - 1.5) << question;
        EXPECT_LT(guest, after + 1.5) << question;
    }

    /// What the running server shows is what is in the file.
    static void expect_served_key(Instance& instance) {
        EXPECT_EQ(said(instance, "systemctl is-active ssh.service"), "active");
        EXPECT_EQ(said(instance,
                       "for i in $(seq 60); do"
                       " served=$(ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null | cut -d' ' -f3);"
                       " own=$(cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub);"
                       " test \"$served\" = \"$own\" && echo same && exit; sleep 1; done"),
                  "same");
    }

private:
    base::Path base_;
};

TEST_F(VmIdentity, LaterMachinesGoOnFromTheFirstAsMachinesOfTheirOwn) {
    Facts saved;
    {
        const auto first = started(nameless_spec("first"));
        EXPECT_EQ(first->shortcomings(), std::vector<std::string>());
        EXPECT_EQ(said(*first, "cat /proc/sys/kernel/hostname"), "i-first");
        saved = facts_of(*first);
        // What the first does after it was saved is not in the others.
        first->guest().put_file("/var/tmp/mine", "mine", 0644, soon());
    }
    const auto one = started(nameless_spec("one"));
    const auto two = started(nameless_spec("two"));
    std::set<std::string> ids{saved.machine_id};
    std::set<std::string> keys{saved.host_keys};
    std::set<std::string> random{saved.random};
    for (const auto& [instance, name] : {std::pair{one.get(), "i-one"}, {two.get(), "i-two"}}) {
        EXPECT_EQ(instance->shortcomings(), std::vector<std::string>());
        EXPECT_NE(sh(*instance, "test -e /var/tmp/mine").exited.exit_code, 0);
        EXPECT_EQ(said(*instance, "cat /proc/sys/kernel/hostname"), name);
        const Facts facts = facts_of(*instance);
        ids.insert(facts.machine_id);
        keys.insert(facts.host_keys);
        random.insert(facts.random);
        expect_served_key(*instance);
        expect_right_clock(*instance, "date +%s.%N");
        expect_right_clock(*instance, "cat /sys/class/rtc/rtc0/since_epoch");
        EXPECT_EQ(said(*instance, "systemctl --failed --no-legend --plain"), "");
        EXPECT_EQ(said(*instance, "echo data > /var/tmp/kept && sync && echo done"), "done");
    }
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_EQ(keys.size(), 3U);
    EXPECT_EQ(random.size(), 3U);
    // A restart is a boot, from the disk that it has.
    const std::string one_id = said(*one, "cat /etc/machine-id");
    one->reboot(soon(), {});
    EXPECT_EQ(said(*one, "cat /var/tmp/kept"), "data");
    EXPECT_EQ(said(*one, "cat /etc/machine-id"), one_id);
    EXPECT_EQ(said(*one, "cat /proc/sys/kernel/hostname"), "i-one");
    EXPECT_EQ(one->stop(VmWorld::kPatience), Instance::Stopped::clean);
    EXPECT_EQ(two->stop(VmWorld::kPatience), Instance::Stopped::clean);
    const auto checked = base::run({"qemu-img",
                                    {"check", "-q", (world_.folder() / "two/disk.qcow2").string()},
                                    {},
                                    false,
                                    {}});
    EXPECT_TRUE(checked.status.success()) << checked.stderr_text;
}

/// Each way ends in a boot from the disk as it was given and in a state that works again.
TEST_F(VmWarm, ADamagedStateIsReplaced) {
    started(warm_spec("first"))->kill();
    const auto memory_bytes = std::filesystem::file_size(entry() / "memory");

    // Cut, as by a full disk: recognised before anything starts.
    std::filesystem::resize_file(entry() / "memory", memory_bytes / 2);
    const auto cut = started(warm_spec("cut"));
    EXPECT_EQ(cut->shortcomings(), std::vector<std::string>());
    EXPECT_EQ(said(*cut, "echo works"), "works");
    EXPECT_GT(std::filesystem::file_size(entry() / "memory"), memory_bytes / 2);
    cut->kill();

    // Other bytes: QEMU refuses it.
    {
        const base::Fd memory = base::open_file(entry() / "memory", O_WRONLY);
        const std::string zeros(1U << 20, '\0');
        base::write_exactly_at(memory.get(), zeros.data(), zeros.size(), 0);
    }
    const auto other = started(warm_spec("other"));
    ASSERT_EQ(other->shortcomings().size(), 1U);
    EXPECT_NE(other->shortcomings()[0].find("no warm start"), std::string::npos);
    EXPECT_EQ(said(*other, "echo works"), "works");
    other->kill();

    // What the last one saved is whole.
    const auto warm = started(warm_spec("warm"));
    EXPECT_EQ(warm->shortcomings(), std::vector<std::string>());
    EXPECT_EQ(said(*warm, "cat /proc/sys/kernel/hostname"), "debian");
}

}  // namespace
}  // namespace goldsmith::instances
