#include "guest/awaken.h"

#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "guest/host_keys.h"

namespace goldsmith::guest {

namespace {

constexpr const char* kMachineId = "/etc/machine-id";
constexpr const char* kHostName = "/etc/hostname";
constexpr const char* kHostKeys = "/etc/ssh";
constexpr std::size_t kIdLength = 32;
constexpr std::size_t kLeastEntropy = 32;
constexpr std::size_t kMostEntropy = 512;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

void set_clock(const std::string& text) {
    std::int64_t now = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), now);
    if (error != std::errc() || end != text.data() + text.size() || now <= 0) {
        throw base::Error("'" + text + "' is no time");
    }
    timespec time{};
    time.tv_sec = static_cast<time_t>(now / kNanoseconds);
    time.tv_nsec = static_cast<long>(now % kNanoseconds);
    if (::clock_settime(CLOCK_REALTIME, &time) != 0) {
        throw base::SystemError("set the clock");
    }
}

/// Credited, and then a new key: what is drawn from now on depends on it.
void mix_in(const std::string& entropy) {
    if (entropy.size() < kLeastEntropy) {
        throw base::Error("too little entropy was given");
    }
    alignas(rand_pool_info) char pool[sizeof(rand_pool_info) + kMostEntropy] = {};
    const rand_pool_info head{static_cast<int>(entropy.size() * 8),
                              static_cast<int>(entropy.size())};
    std::memcpy(pool, &head, sizeof head);
    std::memcpy(pool + sizeof head, entropy.data(), entropy.size());
    const base::Fd device = base::open_file("/dev/urandom", O_RDWR);
    if (::ioctl(device.get(), RNDADDENTROPY, pool) != 0 ||
        ::ioctl(device.get(), RNDRESEEDCRNG) != 0) {
        throw base::SystemError("mix entropy into the random numbers");
    }
}

bool is_id(const std::string& text) {
    return text.size() == kIdLength &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void replace_machine_id(const std::string& old_id, const std::string& new_id) {
    if (!is_id(old_id) || !is_id(new_id)) {
        throw base::Error("a machine id has 32 hexadecimal digits");
    }
    if (base::read_file_if_exists(kMachineId, 4096) == old_id + "\n") {
        // In place: the file may be a mount point.
        const base::Fd file = base::open_file(kMachineId, O_WRONLY | O_TRUNC);
        base::write_all(file.get(), new_id + "\n");
    }
}

/// As DHCP would: the name in the image's own file goes before.
void set_host_name(const std::string& name) {
    const std::string own = base::read_file_if_exists(kHostName, 4096).value_or("");
    if (own.find_first_not_of(" \n") != std::string::npos) {
        return;
    }
    if (::sethostname(name.data(), name.size()) != 0) {
        throw base::SystemError("set the host name");
    }
}

/// When the machine was booted, by the clock that it has now.
std::time_t boot_time() {
    timespec since{};
    ::clock_gettime(CLOCK_BOOTTIME, &since);
    return std::time(nullptr) - since.tv_sec;
}

/// A server that runs has the old keys in its memory; one of these names is an alias on many
/// systems, and the patterns match only what is there.
void reload_ssh_server() {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(60);
    base::run({"systemctl",
               {"--no-block", "try-reload-or-restart", "ssh.servic[e]", "sshd.servic[e]"},
               {},
               false,
               {}},
              options);
}

}  // namespace

int awaken(const std::vector<std::string>& arguments) {
    if (arguments.size() != 7 || arguments[0] != "--clock" || arguments[2] != "--machine-id" ||
        arguments[5] != "--host-name") {
        std::fputs(
            "usage: toe awaken --clock NANOSECONDS --machine-id OLD NEW --host-name NAME"
            " < ENTROPY\n",
            stderr);
        return 2;
    }
    try {
        mix_in(base::read_all(STDIN_FILENO, kMostEntropy));
        const std::time_t booted = boot_time();
        set_clock(arguments[1]);
        replace_machine_id(arguments[3], arguments[4]);
        set_host_name(arguments[6]);
        if (renew_host_keys(kHostKeys, booted)) {
            reload_ssh_server();
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "toe awaken: %s\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace goldsmith::guest
