#include "guest/net/connection.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "guest/net/name_lookup.h"
#include "guest/net/tls_context.h"

namespace goldsmith::guest {
namespace {

using std::chrono::steady_clock;

std::string seconds_text(std::chrono::milliseconds time) {
    const auto tenths = time.count() / 100;
    return std::to_string(tenths / 10) +
           (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " s";
}

}  // namespace

Connection::Connection(const Url& where, const ConnectionLimits& limits, const Patience& patience)
    : name_(where.authority()), limits_(limits) {
    connect_to_any(where, patience);
}

Connection::~Connection() {
    if (tls_ != nullptr) {
        SSL_free(tls_);
    }
}

void Connection::connect_to_any(const Url& where, const Patience& patience) {
    std::string reason;
    for (const SocketAddress& address :
         look_up(where.host, where.port, limits_.connect, patience)) {
        const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
        base::Fd fd(::socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd) {
            reason = std::strerror(errno);
            continue;
        }
        int error = ::connect(fd.get(), to, address.size) == 0 ? 0 : errno;
        if (error == EINPROGRESS) {
            const auto until = steady_clock::now() + limits_.connect;
            if (patience.wait_for(fd.get(), POLLOUT, until) == 0) {
                reason = "no answer within " + seconds_text(limits_.connect);
                continue;
            }
            socklen_t size = sizeof error;
            ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        }
        if (error == 0) {
            // A head and its body are two writes; neither waits for the other's acknowledgement.
            const int on = 1;
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            socket_ = std::move(fd);
            return;
        }
        reason = std::strerror(error);
    }
    throw ConnectionFailure("cannot connect to " + name_ + ": " + reason);
}

void Connection::await(short events, const Patience& patience) const {
    if (patience.wait_for(socket_.get(), events, steady_clock::now() + limits_.idle) == 0) {
        throw ConnectionFailure(name_ + " was silent for " + seconds_text(limits_.idle));
    }
}

void Connection::await_tls(int result, const char* doing, const Patience& patience) {
    const int number = errno;
    switch (SSL_get_error(tls_, result)) {
        case SSL_ERROR_WANT_READ:
            await(POLLIN, patience);
            return;
        case SSL_ERROR_WANT_WRITE:
            await(POLLOUT, patience);
            return;
        case SSL_ERROR_SYSCALL:
        case SSL_ERROR_ZERO_RETURN:
            throw ConnectionFailure(name_ + " closed the connection while " + doing +
                                    (number == 0 ? "" : std::string(": ") + std::strerror(number)));
        default:
            break;
    }
    const std::string problem = certificate_problem();
    if (!problem.empty()) {
        throw ProtocolFailure("the certificate of " + name_ + " is not trusted: " + problem);
    }
    throw ProtocolFailure("TLS with " + name_ + " failed while " + doing + ": " +
                          tls_failure_text());
}

std::string Connection::certificate_problem() const {
    const long result = SSL_get_verify_result(tls_);
    if (result == X509_V_OK || SSL_get_verify_mode(tls_) == SSL_VERIFY_NONE) {
        return "";
    }
    return X509_verify_cert_error_string(result);
}

void Connection::start_tls(const TlsContext& context, const std::string& host,
                           const Patience& patience) {
    tls_ = SSL_new(context.get());
    if (tls_ == nullptr || SSL_set_fd(tls_, socket_.get()) != 1) {
        throw base::Error("TLS cannot be started: " + tls_failure_text());
    }
    X509_VERIFY_PARAM* wanted = SSL_get0_param(tls_);
    // An address is no name: it is looked for elsewhere in the certificate and is not sent as SNI.
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1) {
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
        SSL_set_tlsext_host_name(tls_, host.c_str());
    }
    for (;;) {
        patience.check();
        errno = 0;
        const int result = SSL_connect(tls_);
        if (result == 1) {
            return;
        }
        await_tls(result, "TLS was set up", patience);
    }
}

std::size_t Connection::read_some(char* data, std::size_t size, const Patience& patience) {
    for (;;) {
        patience.check();
        if (tls_ != nullptr) {
            std::size_t got = 0;
            errno = 0;
            const int result = SSL_read_ex(tls_, data, size, &got);
            if (result == 1) {
                return got;
            }
            if (SSL_get_error(tls_, result) == SSL_ERROR_ZERO_RETURN) {
                return 0;
            }
            await_tls(result, "it was answering", patience);
            continue;
        }
        const ssize_t got = ::recv(socket_.get(), data, size, 0);
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno != EAGAIN && errno != EINTR) {
            throw ConnectionFailure("the connection to " + name_ +
                                    " broke: " + std::strerror(errno));
        }
        await(POLLIN, patience);
    }
}

std::size_t Connection::write_some(std::string_view data, const Patience& patience) {
    for (;;) {
        patience.check();
        if (tls_ != nullptr) {
            std::size_t put = 0;
            errno = 0;
            const int result = SSL_write_ex(tls_, data.data(), data.size(), &put);
            if (result == 1) {
                return put;
            }
            await_tls(result, "it was being sent something", patience);
            continue;
        }
        const ssize_t put = ::send(socket_.get(), data.data(), data.size(), MSG_NOSIGNAL);
        if (put >= 0) {
            return static_cast<std::size_t>(put);
        }
        if (errno != EAGAIN && errno != EINTR) {
            throw ConnectionFailure("the connection to " + name_ +
                                    " broke: " + std::strerror(errno));
        }
        await(POLLOUT, patience);
    }
}

void Connection::write_all(std::string_view data, const Patience& patience) {
    while (!data.empty()) {
        data.remove_prefix(write_some(data, patience));
    }
}

bool Connection::has_input() const {
    pollfd entry{socket_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0 || (tls_ != nullptr && SSL_pending(tls_) > 0);
}

}  // namespace goldsmith::guest
