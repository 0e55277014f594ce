#include "instances/network/gateway.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/error.h"
#include "instances/network/refusals.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr auto kReadyLimit = 15s;
constexpr auto kToolLimit = 20s;
constexpr unsigned kNatMtu = 65520;
constexpr unsigned kBridgeMtu = 1500;
/// How long an address that was answered stays open: a guest may use a name for a while.
constexpr std::uint32_t kShortestOpening = 120;
constexpr std::uint32_t kLongestOpening = 3600;
constexpr std::string_view kSlirp = "slirp4netns";
constexpr const char* kResolvConf = "/etc/resolv.conf";

std::vector<std::string> addresses_of_host() {
    std::vector<std::string> addresses;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        throw base::SystemError("list the host's addresses");
    }
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) {
            continue;
        }
        char text[INET_ADDRSTRLEN] = {};
        const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
        ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
        if (!std::string_view(text).starts_with("127.")) {
            addresses.emplace_back(text);
        }
    }
    ::freeifaddrs(list);
    return addresses;
}

void run_tool(const base::Command& command, const std::string& input, const std::string& purpose) {
    base::RunOptions options;
    options.stdin_text = input;
    options.timeout = kToolLimit;
    try {
        base::run_checked(command, options);
    } catch (...) {
        base::throw_with_context(purpose);
    }
}

}  // namespace

base::Command slirp_command(const std::string& net_path, const std::string& user_path,
                            int ready_fd) {
    base::Command command;
    command.program = "slirp4netns";
    command.arguments = {"--configure",
                         "--mtu=" + std::to_string(kNatMtu),
                         "--disable-host-loopback",
                         "--disable-dns",
                         std::string("--cidr=") + kSlirpNetwork,
                         "--ready-fd=" + std::to_string(ready_fd),
                         "--netns-type=path"};
    if (!user_path.empty()) {
        command.arguments.push_back("--userns-path=" + user_path);
    }
    command.arguments.push_back(net_path);
    command.arguments.emplace_back(kWayOut);
    return command;
}

void run_ip(const NetworkNamespace& where, const std::string& lines) {
    run_tool(where.inside({"ip", {"-batch", "-"}, {}, false, {}}), lines,
             "set up the links of the instance's gateway");
}

std::optional<std::string> Gateway::unavailable(const NetworkSettings& network) {
    if (std::string problem = problem_of(network); !problem.empty()) {
        return "network `" + network.name + "`: " + problem;
    }
    for (const auto& [program, package] :
         {std::pair<std::string_view, const char*>{"nft", "nftables"},
          {"ip", "iproute2"},
          {"nsenter", "util-linux"},
          {kSlirp, "slirp4netns"}}) {
        const bool needed = network.mode == NetworkMode::nat || program != kSlirp;
        if (needed && !base::find_program(program)) {
            return "an instance's network needs " + std::string(program) + " (Debian package " +
                   package + ")";
        }
    }
    if (network.mode == NetworkMode::nat && ::access("/dev/net/tun", R_OK | W_OK) != 0) {
        return "network `" + network.name +
               "` (mode nat) needs /dev/net/tun, which this host lacks or does not let us open";
    }
    if (network.mode == NetworkMode::bridge && ::geteuid() != 0) {
        return "network `" + network.name + "` (mode bridge) needs root";
    }
    return std::nullopt;
}

Gateway::Gateway(GatewayOptions options) : options_(std::move(options)) {
    if (const auto reason = unavailable(options_.network)) {
        throw base::Error(*reason);
    }
    // The filter first: there is no moment in which traffic passes without it.
    set_up_filter();
    set_up_links();
    refusals_ = listen_for_refusals(where_, kLogGroup);
    name_socket_ = where_.bind_udp(kNameServer, 53);
    if (options_.network.mode == NetworkMode::nat) {
        start_slirp();
    }
    stop_ = base::Fd(::eventfd(0, EFD_CLOEXEC));
    thread_ = std::thread([this] {
        ::prctl(PR_SET_NAME, "gateway");
        serve();
    });
}

Gateway::~Gateway() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t woken = ::write(stop_.get(), &one, sizeof one);
    if (thread_.joinable()) {
        thread_.join();
    }
    if (slirp_) {
        slirp_->end(0ms);
    }
}

unsigned Gateway::mtu() const {
    return options_.network.mode == NetworkMode::bridge ? kBridgeMtu : kNatMtu;
}

base::Command Gateway::inside(const base::Command& command) const {
    auto mounts = mounts_.lock();
    if (!*mounts) {
        const base::Path resolv_conf = options_.work / "gateway-resolv.conf";
        base::write_file_atomically(resolv_conf, std::string("nameserver ") + kNameServer + "\n");
        *mounts = where_.mounts_with(resolv_conf, kResolvConf);
    }
    return where_.inside(command, &*mounts);
}

base::Fd Gateway::listen(const std::string& address, std::uint16_t port) const {
    return where_.listen_tcp(address, port);
}

void Gateway::set_up_filter() {
    run_tool(where_.inside(nft_command()), filter_text(options_.network, addresses_of_host()),
             "network `" + options_.network.name +
                 "` cannot be filtered on this host, so it is not used (does the kernel have "
                 "nf_tables?)");
}

void Gateway::set_up_links() {
    const NetworkSettings& network = options_.network;
    std::string lines = "link set lo up\n";
    for (const char* address : {kNameServer, kMetadataAddress, kApiAddress}) {
        lines += std::string("address add ") + address + "/32 dev lo\n";
    }
    if (network.mode == NetworkMode::bridge) {
        bridge_address_ = BridgeAddress::take(network.bridge, network.bridge_addresses);
        if (!bridge_address_) {
            throw base::Error("network `" + network.name + "`: each of its " +
                              std::to_string(network.bridge_addresses.size()) +
                              " addresses is in use by another instance; give it more, or let "
                              "fewer builds run at once (max_parallel_builds)");
        }
        // The bridge is the host's: its end of the pair is made there.
        const std::string path = where_.net_path();
        const std::string outer =
            "gs" + std::to_string(::getpid()) + "." + path.substr(path.rfind('/') + 1);
        run_tool({"ip", {"-batch", "-"}, {}, false, {}},
                 "link add " + outer + " type veth peer name " + kWayOut + " address " +
                     bridge_address_->hardware_address() + " netns " + path + "\nlink set " +
                     outer + " master " + network.bridge + " up\n",
                 "join bridge " + network.bridge + " of network `" + network.name + "`");
        lines += std::string("address add ") + bridge_address_->text() + " dev " + kWayOut +
                 "\nlink set " + kWayOut + " up\n";
        if (!network.bridge_router.empty()) {
            lines += "route add default via " + network.bridge_router + "\n";
        }
    }
    run_ip(where_, lines);
    where_.open_inside("let the gateway forward packets", [] {
        const int fd = ::open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);
        return fd >= 0 && ::write(fd, "1\n", 2) == 2 ? fd : -1;
    });
}

void Gateway::start_slirp() {
    base::Pipe ready = base::make_pipe();
    const base::Path messages = options_.work / "network.log";
    const base::Fd log = base::open_file(messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.die_with_parent = true;
    options.keep_fds = {ready.write_end.get()};
    slirp_ = std::make_unique<base::Child>(base::spawn(
        slirp_command(where_.net_path(), where_.user_path(), ready.write_end.get()), options));
    ready.write_end.reset();
    pollfd entry{ready.read_end.get(), POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(kReadyLimit).count()));
    if ((entry.revents & POLLIN) == 0) {
        throw base::Error("slirp4netns did not bring up the instance's network: " +
                          base::read_file_if_exists(messages).value_or(""));
    }
}

void Gateway::open(const std::string& name, const DnsAddresses& answer) {
    const std::string text =
        opening_text(options_.network, name, answer.addresses,
                     std::clamp(answer.ttl_seconds, kShortestOpening, kLongestOpening));
    if (text.empty()) {
        return;
    }
    try {
        run_tool(where_.inside(nft_command()), text, "open the filter for " + name);
    } catch (const base::Error& error) {
        report(base::error_chain(error));  // it stays shut
    }
}

void Gateway::report(const std::string& line) {
    if (options_.report) {
        options_.report(line);
    }
}

void Gateway::serve() {
    RefusalReport refusals;
    const auto refused = [&](const std::string& what) {
        if (const auto line = refusals.line(what, options_.network.name)) {
            report(*line);
        }
    };
    try {
        NameServer names(std::move(name_socket_),
                         options_.name_servers.value_or(name_servers_of(
                             base::read_file_if_exists(kResolvConf, 1 << 16).value_or(""))),
                         options_.network,
                         {[this](const auto& name, const auto& answer) { open(name, answer); },
                          [&](const std::string& name) { refused("name lookup of " + name); }});
        for (;;) {
            std::vector<pollfd> wanted{{stop_.get(), POLLIN, 0}, {refusals_.get(), POLLIN, 0}};
            names.add_to(wanted);
            ::poll(wanted.data(), wanted.size(), static_cast<int>(names.patience().count()));
            if (wanted[0].revents != 0) {
                return;
            }
            std::array<char, 65536> datagram;
            const ssize_t size =
                ::recv(refusals_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
            if (size > 0) {
                for (const std::string_view packet :
                     packets_of({datagram.data(), static_cast<std::size_t>(size)})) {
                    if (const auto destination = destination_of(packet)) {
                        refused("egress to " + *destination);
                    }
                }
            }
            names.work();
        }
    } catch (const std::exception& error) {
        report("the gateway of network `" + options_.network.name +
               "` has no name server any more: " + base::error_chain(error));
    }
}

}  // namespace goldsmith::instances
