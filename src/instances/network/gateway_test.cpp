// Gateways in real namespaces. The test's process is the host, in a network namespace of its own;
// a second namespace is the internet, with two machines and a name server. Nothing leaves them.
#include "instances/network/gateway.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <map>

#include "base/error.h"
#include "base/guarded.h"
#include "instances/container/mounts.h"
#include "instances/network/bridge_address.h"
#include "instances/network/container_link.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGoodMachine = "203.0.113.7";
constexpr const char* kOtherMachine = "203.0.113.8";

/// Two machines with port 80 and 443 each, and a name server that knows three names.
class Internet {
public:
    Internet() {
        run_ip(where_,
               "link set lo up\naddress add 203.0.113.7/32 dev lo\n"
               "address add 203.0.113.8/32 dev lo\naddress add 192.0.2.53/32 dev lo\n");
        base::run_checked({"ip",
                           {"link", "add", "ext0", "type", "veth", "peer", "name", "eth0", "netns",
                            where_.net_path()},
                           {},
                           false,
                           {}});
        run_ip(where_, "address add 192.0.2.1/24 dev eth0\nlink set eth0 up\n");
        base::RunOptions options;
        options.stdin_text =
            "link set lo up\naddress add 192.0.2.2/24 dev ext0\nlink set ext0 up\n"
            "route add default via 192.0.2.1\nlink add br7 type bridge\n"
            "address add 10.9.0.1/24 dev br7\nlink set br7 up\n";
        base::run_checked({"ip", {"-batch", "-"}, {}, false, {}}, options);
        for (const char* address : {kGoodMachine, kOtherMachine}) {
            for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{443}}) {
                listeners_.push_back(where_.listen_tcp(address, port));
            }
        }
        names_ = where_.bind_udp("192.0.2.53", 53);
        thread_ = std::thread([this] { serve(); });
    }
    ~Internet() {
        stop_ = true;
        thread_.join();
    }

    std::string asked() { return *asked_.lock(); }

private:
    void serve() {
        while (!stop_) {
            std::vector<pollfd> wanted{{names_.get(), POLLIN, 0}};
            for (const base::Fd& listener : listeners_) {
                wanted.push_back({listener.get(), POLLIN, 0});
            }
            ::poll(wanted.data(), wanted.size(), 10);
            for (std::size_t i = 1; i < wanted.size(); ++i) {
                if (wanted[i].revents != 0) {
                    const base::Fd client(::accept4(wanted[i].fd, nullptr, nullptr, SOCK_CLOEXEC));
                    char request[2048];
                    [[maybe_unused]] const auto got = ::recv(client.get(), request, 2048, 0);
                    const std::string text = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
                    ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
                }
            }
            if (wanted[0].revents != 0) {
                answer();
            }
        }
    }

    void answer() {
        char bytes[2048];
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t got = ::recvfrom(names_.get(), bytes, sizeof bytes, 0,
                                       reinterpret_cast<sockaddr*>(&from), &size);
        const std::string query(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        const auto question = parse_question(query);
        if (!question) {
            return;
        }
        *asked_.lock() += question->name + " ";
        const std::map<std::string, std::string> known{{"good.example", kGoodMachine},
                                                       {"other.example", kOtherMachine},
                                                       {"sly.example", "192.0.2.2"}};
        std::string message = empty_answer(query, DnsResult::no_error);
        if (known.contains(question->name)) {
            message[7] = 1;
            message += std::string("\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4", 12);
            in_addr address{};
            ::inet_pton(AF_INET, known.at(question->name).c_str(), &address);
            message.append(reinterpret_cast<const char*>(&address), 4);
        }
        ::sendto(names_.get(), message.data(), message.size(), 0,
                 reinterpret_cast<sockaddr*>(&from), size);
    }

    NetworkNamespace where_;
    std::vector<base::Fd> listeners_;
    base::Fd names_;
    base::Guarded<std::string> asked_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

class GatewayTest : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "needs root, to be a host with a network of its own";
        }
        static const std::string failure = become_a_host();
        if (!failure.empty()) {
            GTEST_SKIP() << failure;
        }
        if (const auto reason = Gateway::unavailable({})) {
            GTEST_SKIP() << *reason;
        }
        internet_ = std::make_unique<Internet>();
    }

    void TearDown() override {
        internet_.reset();
        base::run({"ip", {"link", "del", "ext0"}, {}, false, {}});
        base::run({"ip", {"link", "del", "br7"}, {}, false, {}});
    }

    static std::string become_a_host() {
        try {
            enter_private_mount_namespace();
        } catch (const base::Error& error) {
            return error.what();
        }
        return ::unshare(CLONE_NEWNET) == 0 ? "" : "network namespaces cannot be made here";
    }

    std::unique_ptr<Gateway> gateway(NetworkSettings settings) {
        return std::make_unique<Gateway>(
            GatewayOptions{std::move(settings), folder_.path(),
                           [this](const std::string& line) { *report_.lock() += line + "\n"; },
                           std::vector<std::string>{"192.0.2.53"}});
    }

    /// "open", "refused", "unreachable" or "silent".
    static std::string dial(const NetworkNamespace& where, const std::string& address,
                            std::uint16_t port) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
        try {
            where.open_inside("connect", [&] {
                const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                timeval limit{1, 500'000};
                ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
                return ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 ? fd : -1;
            });
            return "open";
        } catch (const base::SystemError& error) {
            return error.error_number() == ECONNREFUSED  ? "refused"
                   : error.error_number() == EINPROGRESS ? "silent"
                                                         : "unreachable";
        }
    }

    /// What curl inside the gateway gets, as a virtual machine's network would.
    static std::string fetch(const Gateway& gateway, const std::string& url) {
        return base::run(gateway.inside({"curl", {"-s", "-m", "4", url}, {}, false, {}}))
            .stdout_text;
    }

    /// The report is written by another thread.
    std::string report_with(const std::string& text) {
        for (int i = 0; i < 200 && report_.lock()->find(text) == std::string::npos; ++i) {
            ::usleep(10'000);
        }
        return *report_.lock();
    }

    base::TempDir folder_{"gs-gateway", "/var/tmp"};
    base::Guarded<std::string> report_;
    std::unique_ptr<Internet> internet_;
};

NetworkSettings only_good() {
    NetworkSettings settings;
    settings.name = "build";
    settings.egress = {
        {{.host = "good.example", .protocol = Protocol::tcp, .from_port = 80, .to_port = 80},
         {.host = "sly.example"}}};
    return settings;
}

TEST_F(GatewayTest, WithoutAListEverythingButTheHostIsReached) {
    const auto open = gateway({});
    const ContainerLink link(*open, folder_.path());
    EXPECT_EQ(dial(link.where(), kGoodMachine, 80), "open");
    EXPECT_EQ(dial(link.where(), kOtherMachine, 443), "open");
    EXPECT_EQ(fetch(*open, "http://other.example/"), "hello\n");
    const NetworkNamespace* const where = &link.where();
    EXPECT_NE(dial(*where, "192.0.2.2", 22), "open");
    EXPECT_THAT(report_with("192.0.2.2"), HasSubstr("egress to 192.0.2.2:22/tcp refused"));
}

TEST_F(GatewayTest, TheHostsLoopbackIsOutOfReach) {
    const base::Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
    ASSERT_EQ(::listen(listener.get(), 5), 0);
    socklen_t size = sizeof own;
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&own), &size);
    const std::uint16_t port = ntohs(own.sin_port);
    const auto open = gateway({});
    const ContainerLink link(*open, folder_.path());
    // Every address under which user-mode networks are known to offer the host.
    for (const char* address :
         {"127.0.0.1", "10.0.2.2", "198.18.0.2", "198.18.0.3", "198.18.0.100", "192.0.2.2"}) {
        EXPECT_NE(dial(link.where(), address, port), "open") << address;
        EXPECT_EQ(fetch(*open, "http://" + std::string(address) + ":" + std::to_string(port)), "")
            << address;
    }
    pollfd entry{listener.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 0), 0) << "somebody reached the host's listener";
    NetworkSettings settings;
    settings.host_access = true;
    const auto friendly = gateway(settings);
    base::make_directories(folder_.path() / "2");
    const ContainerLink second(*friendly, folder_.path() / "2");
    EXPECT_EQ(dial(second.where(), "192.0.2.2", port), "open");
    EXPECT_NE(dial(second.where(), "127.0.0.1", port), "open");
}

TEST_F(GatewayTest, AListOfNamesOpensWhatTheyStandForAndNothingElse) {
    const auto build = gateway(only_good());
    const ContainerLink link(*build, folder_.path());
    EXPECT_NE(dial(link.where(), kGoodMachine, 80), "open") << "nobody asked for its name yet";
    EXPECT_EQ(fetch(*build, "http://good.example/"), "hello\n");
    EXPECT_EQ(dial(link.where(), kGoodMachine, 80), "open");
    EXPECT_NE(dial(link.where(), kGoodMachine, 443), "open");
    EXPECT_NE(dial(link.where(), kOtherMachine, 80), "open");
    EXPECT_EQ(fetch(*build, "http://other.example/"), "");
    EXPECT_EQ(fetch(*build, std::string("http://") + kOtherMachine + "/"), "");
    EXPECT_EQ(internet_->asked(), "good.example ") << "a refused name must not leave the host";
    EXPECT_THAT(report_with("other.example"),
                HasSubstr("name lookup of other.example refused by network `build`"));
    EXPECT_THAT(report_with("203.0.113.8:80"),
                HasSubstr("egress to 203.0.113.8:80/tcp refused by network `build`"));
}

TEST_F(GatewayTest, ANameThatStandsForTheHostOpensNothing) {
    const auto build = gateway(only_good());
    EXPECT_EQ(fetch(*build, "http://sly.example/"), "");
    EXPECT_THAT(report_with("192.0.2.2:80"), HasSubstr("egress to 192.0.2.2:80/tcp refused"));
}

TEST_F(GatewayTest, RangesAndProtocolsDecide) {
    NetworkSettings settings;
    settings.egress = {{{.cidr = "203.0.113.0/29", .protocol = Protocol::tcp}},
                       {{.cidr = "0.0.0.0/0", .from_port = 443, .to_port = 443}}};
    const auto narrow = gateway(settings);
    const ContainerLink link(*narrow, folder_.path());
    EXPECT_EQ(dial(link.where(), kGoodMachine, 443), "open");
    EXPECT_NE(dial(link.where(), kGoodMachine, 80), "open") << "the second list has only 443";
    EXPECT_NE(dial(link.where(), kOtherMachine, 443), "open") << "the first list ends at .7";
}

TEST_F(GatewayTest, IsolatedReachesNothing) {
    NetworkSettings settings;
    settings.name = "lab";
    settings.mode = NetworkMode::isolated;
    const auto lab = gateway(settings);
    const ContainerLink link(*lab, folder_.path());
    EXPECT_NE(dial(link.where(), kGoodMachine, 80), "open");
    EXPECT_EQ(fetch(*lab, "http://good.example/"), "");
    EXPECT_EQ(internet_->asked(), "");
}

TEST_F(GatewayTest, InstancesDoNotSeeEachOther) {
    const auto one = gateway({});
    const auto two = gateway({});
    base::make_directories(folder_.path() / "2");
    const ContainerLink first(*one, folder_.path());
    const ContainerLink second(*two, folder_.path() / "2");
    const base::Fd listener = first.where().listen_tcp("0.0.0.0", 8080);
    const base::Fd service = one->listen(kApiAddress, 80);
    EXPECT_EQ(dial(first.where(), kApiAddress, 80), "open");
    EXPECT_NE(dial(second.where(), kApiAddress, 80), "open");
    EXPECT_NE(dial(second.where(), kGuestAddress, 8080), "open");
    EXPECT_NE(dial(second.where(), "192.0.2.2", 8080), "open");
}

TEST_F(GatewayTest, AGuestOffersNothingButWhatIsMeantForIt) {
    const auto open = gateway({});
    const ContainerLink link(*open, folder_.path());
    const base::Fd hidden = open->where().listen_tcp("0.0.0.0", 8080);
    EXPECT_NE(dial(link.where(), kGatewayAddress, 8080), "open");
    EXPECT_NE(dial(link.where(), kMetadataAddress, 8080), "open");
    // The metadata service of the machine that this host itself may be.
    EXPECT_NE(dial(link.where(), "169.254.169.253", 80), "open");
}

TEST_F(GatewayTest, ABridgeOfTheHostCarriesIt) {
    const base::TempDir second_folder;
    const base::Fd on_bridge(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_port = htons(8080);
    ::inet_pton(AF_INET, "10.9.0.1", &own.sin_addr);
    ASSERT_EQ(::bind(on_bridge.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
    ASSERT_EQ(::listen(on_bridge.get(), 5), 0);
    NetworkSettings settings;
    settings.name = "lan";
    settings.mode = NetworkMode::bridge;
    settings.bridge = "br7";
    settings.bridge_addresses = {"10.9.0.7/24"};
    settings.bridge_router = "10.9.0.1";
    settings.host_access = true;
    settings.egress = {{{.cidr = "10.9.0.0/24", .from_port = 8080, .to_port = 8080}}};
    {
        const auto lan = gateway(settings);
        const ContainerLink link(*lan, folder_.path());
        EXPECT_EQ(dial(link.where(), "10.9.0.1", 8080), "open");
        EXPECT_NE(dial(link.where(), "10.9.0.1", 8081), "open");
        EXPECT_THROW(gateway(settings), base::Error) << "its only address is in use";
        settings.bridge_addresses.emplace_back("10.9.0.8/24");
        settings.egress.clear();
        const auto second = gateway(settings);
        const ContainerLink other(*second, second_folder.path());
        EXPECT_EQ(dial(other.where(), "10.9.0.1", 8080), "open");
        const base::Fd service = other.where().listen_tcp("0.0.0.0", 80);
        EXPECT_NE(dial(link.where(), "10.9.0.8", 80), "open") << "instances do not see each other";
        EXPECT_NE(dial(other.where(), "10.9.0.7", 80), "open");
    }
    EXPECT_EQ(BridgeAddress::take("br7", {"10.9.0.7/24"})->text(), "10.9.0.7/24") << "free again";
    settings.bridge = "br8";
    EXPECT_THROW(gateway(settings), base::Error);
}

TEST_F(GatewayTest, WhatCannotBeFilteredDoesNotExist) {
    NetworkSettings settings = only_good();
    settings.egress[0][0].host = "bad name";
    EXPECT_THROW(gateway(settings), base::Error);
}

/// In a child of its own: an ordinary user with a /dev/net/tun that he may open.
int as_an_ordinary_user(const base::Path& folder) {
    const base::Path node = folder / "tun";
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mknod(node.c_str(), S_IFCHR | 0666, makedev(10, 200)) != 0 ||
        ::chmod(node.c_str(), 0666) != 0 ||
        ::mount(node.c_str(), "/dev/net/tun", nullptr, MS_BIND, nullptr) != 0 ||
        ::chown(folder.c_str(), 65534, 65534) != 0 || ::setgid(65534) != 0 ||
        ::setuid(65534) != 0 || ::prctl(PR_SET_DUMPABLE, 1) != 0) {
        return 2;  // (a process that has just changed its user must not look into its own /proc)
    }
    const Gateway gateway({only_good(), folder, {}, std::vector<std::string>{"192.0.2.53"}});
    const auto fetched = [&](const char* url) {
        return base::run(gateway.inside({"curl", {"-s", "-m", "4", url}, {}, false, {}}))
            .stdout_text;
    };
    return fetched("http://good.example/") == "hello\n" && fetched("http://203.0.113.8/").empty()
               ? 0
               : 3;
}

TEST_F(GatewayTest, WorksForAnOrdinaryUser) {
    base::make_directories(folder_.path() / "user");
    ::chmod(folder_.path().c_str(), 0755);
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            ::_exit(as_an_ordinary_user(folder_.path() / "user"));
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", base::error_chain(error).c_str());
            ::_exit(4);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0) << "2: no such user, 3: wrong traffic, 4: the message above";
}

TEST_F(GatewayTest, NothingOutlivesItsOwner) {
    base::Pipe alive = base::make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        const Gateway gateway({{}, folder_.path(), {}, std::vector<std::string>{}});
        base::SpawnOptions options;
        options.die_with_parent = true;
        options.keep_fds = {alive.write_end.get()};
        const base::Child sleeper =
            base::spawn(gateway.inside({"sleep", {"1000"}, {}, false, {}}), options);
        base::write_all(alive.write_end.get(), "x");
        ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(alive.read_end.get(), &byte, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    // Ours is the last one when the sleeper is gone: then the pipe ends.
    alive.write_end.reset();
    pollfd entry{alive.read_end.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 10'000), 1);
    EXPECT_EQ(::read(alive.read_end.get(), &byte, 1), 0);
}

}  // namespace
}  // namespace goldsmith::instances
