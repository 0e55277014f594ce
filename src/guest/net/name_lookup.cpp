#include "guest/net/name_lookup.h"

#include <netdb.h>
#include <nss.h>
#include <poll.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <thread>

#include "base/guarded.h"
#include "guest/net/connection.h"

namespace goldsmith::guest {
namespace {

struct Answer {
    int error = 0;
    std::vector<SocketAddress> addresses;
};

Answer ask(const std::string& host, std::uint16_t port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* list = nullptr;
    Answer answer;
    answer.error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    for (const addrinfo* entry = list; answer.error == 0 && entry != nullptr;
         entry = entry->ai_next) {
        SocketAddress address;
        address.size = entry->ai_addrlen;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        answer.addresses.push_back(address);
    }
    if (list != nullptr) {
        ::freeaddrinfo(list);
    }
    return answer;
}

/// Shared with the thread that asks, which may outlive the caller's interest.
struct Question {
    base::Guarded<Answer> answer;
    base::Pipe done = base::make_pipe();
};

std::vector<SocketAddress> checked(const std::string& host, Answer answer) {
    if (answer.error == 0 && !answer.addresses.empty()) {
        return std::move(answer.addresses);
    }
    const bool unknown = answer.error == EAI_NONAME || answer.error == EAI_NODATA;
    const std::string why = answer.error == EAI_AGAIN ? "no name server answers"
                            : unknown                 ? "there is no such host"
                                                      : ::gai_strerror(answer.error);
    throw ConnectionFailure("the host name '" + host + "' cannot be resolved: " + why +
                            " (looked in /etc/hosts and DNS, see /etc/resolv.conf)");
}

}  // namespace

std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port,
                                   std::chrono::milliseconds limit, const Patience& patience) {
    if (Answer numeric = ask(host, port, AI_NUMERICHOST); numeric.error == 0) {
        return checked(host, std::move(numeric));
    }
    static const bool pinned = ::__nss_configure_lookup("hosts", "files dns") == 0;
    if (!pinned) {
        throw ConnectionFailure("the sources of host names cannot be set");
    }
    const auto question = std::make_shared<Question>();
    std::thread([question, host, port] {
        Answer answer = ask(host, port, 0);
        *question->answer.lock() = std::move(answer);
        [[maybe_unused]] const ssize_t put = ::write(question->done.write_end.get(), "x", 1);
    }).detach();
    const auto until = std::chrono::steady_clock::now() + limit;
    if (patience.wait_for(question->done.read_end.get(), POLLIN, until) == 0) {
        throw ConnectionFailure("the host name '" + host + "' was not resolved within " +
                                std::to_string(limit.count() / 1000) + " s");
    }
    return checked(host, std::move(*question->answer.lock()));
}

}  // namespace goldsmith::guest
