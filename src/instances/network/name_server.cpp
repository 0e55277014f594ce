#include "instances/network/name_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr auto kServerLimit = 2500ms;
constexpr std::size_t kMostServers = 3;
/// Queries in one go, so that a flood does not keep the thread from its other work.
constexpr int kMostAtOnce = 64;

std::optional<sockaddr_in> server_address(const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const std::size_t colon = text.find(':');
    std::uint16_t port = 53;
    if (colon != std::string::npos) {
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    }
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
        return std::nullopt;
    }
    return address;
}

}  // namespace

std::vector<std::string> name_servers_of(const std::string& resolv_conf) {
    std::vector<std::string> servers;
    std::istringstream lines(resolv_conf);
    std::string line;
    while (std::getline(lines, line) && servers.size() < kMostServers) {
        std::istringstream words(line);
        std::string key;
        std::string value;
        words >> key >> value;
        if (key == "nameserver" && server_address(value) && value.find(':') == std::string::npos) {
            servers.push_back(value);
        }
    }
    return servers;
}

bool may_resolve(const NetworkSettings& settings, const std::string& name) {
    if (settings.mode == NetworkMode::isolated) {
        return false;
    }
    if (settings.egress.empty()) {
        return true;
    }
    return std::any_of(settings.egress.begin(), settings.egress.end(), [&](const auto& list) {
        return std::any_of(list.begin(), list.end(),
                           [&](const EgressRule& rule) { return names(rule, name); });
    });
}

NameServer::NameServer(base::Fd socket, std::vector<std::string> upstream, NetworkSettings settings,
                       Hooks hooks)
    : socket_(std::move(socket)),
      upstream_(std::move(upstream)),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)) {}

void NameServer::add_to(std::vector<pollfd>& wanted) const {
    wanted.push_back({socket_.get(), POLLIN, 0});
    for (const Pending& pending : pending_) {
        wanted.push_back({pending.socket.get(), POLLIN, 0});
    }
}

std::chrono::milliseconds NameServer::patience() const {
    auto wait = std::chrono::milliseconds(60s);
    const auto now = Clock::now();
    for (const Pending& pending : pending_) {
        wait = std::min(
            wait, std::chrono::duration_cast<std::chrono::milliseconds>(pending.give_up - now));
    }
    return std::max(wait, 1ms);
}

void NameServer::work() {
    for (int i = 0; i < kMostAtOnce; ++i) {
        pollfd entry{socket_.get(), POLLIN, 0};
        if (::poll(&entry, 1, 0) != 1) {
            break;
        }
        take_query();
    }
    const auto now = Clock::now();
    std::vector<Pending> before;
    before.swap(pending_);
    for (Pending& pending : before) {
        if (answered(pending)) {
            continue;
        }
        if (now >= pending.give_up) {
            ++pending.server;
            ask(std::move(pending));
        } else {
            pending_.push_back(std::move(pending));
        }
    }
}

void NameServer::take_query() {
    char bytes[kMostDnsBytes];
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    const ssize_t size = ::recvfrom(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT,
                                    reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size <= 0) {
        return;
    }
    Pending pending;
    pending.query.assign(bytes, static_cast<std::size_t>(size));
    pending.client.assign(reinterpret_cast<const char*>(&from), from_size);
    const auto question = parse_question(pending.query);
    if (!question) {
        return;
    }
    pending.question = *question;
    if (!may_resolve(settings_, question->name)) {
        hooks_.refused(question->name);
        reply(pending.client, empty_answer(pending.query, DnsResult::refused));
    } else if (question->type == kTypeAaaa) {
        reply(pending.client, empty_answer(pending.query, DnsResult::no_error));
    } else if (pending_.size() < kMostPending) {
        ask(std::move(pending));
    }
}

void NameServer::ask(Pending pending) {
    for (; pending.server < upstream_.size(); ++pending.server) {
        const auto server = server_address(upstream_[pending.server]);
        // A socket for each question: its port is as hard to guess as its id.
        pending.socket = base::Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (::getrandom(&pending.upstream_id, sizeof pending.upstream_id, 0) < 0) {
            continue;
        }
        const std::string message = with_id(pending.query, pending.upstream_id);
        if (server && pending.socket &&
            ::connect(pending.socket.get(), reinterpret_cast<const sockaddr*>(&*server),
                      sizeof *server) == 0 &&
            ::send(pending.socket.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0) {
            pending.give_up = Clock::now() + kServerLimit;
            pending_.push_back(std::move(pending));
            return;
        }
    }
    reply(pending.client, empty_answer(pending.query, DnsResult::server_failure));
}

bool NameServer::answered(Pending& pending) {
    char bytes[kMostDnsBytes];
    const ssize_t size = ::recv(pending.socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) {
        pending.give_up = {};  // nobody is there
        return false;
    }
    if (size <= 0) {
        return false;
    }
    const std::string_view message(bytes, static_cast<std::size_t>(size));
    const auto question = parse_question(message);
    const auto answer = parse_answer(message);
    if (!question || !answer || question->id != pending.upstream_id ||
        question->name != pending.question.name || question->type != pending.question.type) {
        return false;
    }
    if (!answer->addresses.empty()) {
        hooks_.open(pending.question.name, *answer);
    }
    reply(pending.client, with_id(message, pending.question.id));
    return true;
}

void NameServer::reply(const std::string& client, const std::string& message) {
    if (message.empty()) {
        return;
    }
    sockaddr_in to{};
    std::memcpy(&to, client.data(), std::min(client.size(), sizeof to));
    ::sendto(socket_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace goldsmith::instances
