#include "guest/net/http_client.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/encoding.h"
#include "guest/net/proxy.h"
#include "guest/net/tls_context.h"

namespace goldsmith::guest {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t piece_bytes = 64 * 1024;
/// A body must arrive at least at this rate, averaged over each idle period: a server that sends a
/// byte now and then would hold us for ever.
constexpr std::uint64_t least_bytes_per_period = 1024;

std::string request_head(const HttpRequest& request, bool absolute, const std::string& proxy_user) {
    const bool has_body = request.file >= 0 || !request.body.empty() || request.method == "PUT" ||
                          request.method == "POST";
    std::string head = request.method + " " + (absolute ? request.url.origin() : "") +
                       request.url.target + " HTTP/1.1\r\nHost: " + request.url.authority() +
                       "\r\n";
    for (const auto& [name, value] : request.headers) {
        if (value.find_first_of("\r\n") != std::string::npos) {
            throw ProtocolFailure("the header " + name + " would hold a line break");
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (has_body) {
        const std::uint64_t size = request.file >= 0 ? request.file_bytes : request.body.size();
        head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
    }
    if (absolute && !proxy_user.empty()) {
        head.append("Proxy-Authorization: ").append(basic_authorization(proxy_user)).append("\r\n");
    }
    return head + "\r\n";
}

/// Sends the body as far as the server wants it: one that answers early (403, 307) is listened to.
void send_body(Connection& connection, const HttpRequest& request, const Patience& patience) {
    if (request.file < 0) {
        connection.write_all(request.body, patience);
        return;
    }
    std::vector<char> piece(piece_bytes);
    for (std::uint64_t at = 0; at < request.file_bytes;) {
        const std::size_t wanted = std::min<std::uint64_t>(piece.size(), request.file_bytes - at);
        const ssize_t got = ::pread(request.file, piece.data(), wanted, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            throw base::Error("the file became shorter while it was sent");
        }
        if (!request.url.tls && connection.has_input()) {
            return;
        }
        connection.write_all({piece.data(), static_cast<std::size_t>(got)}, patience);
        at += static_cast<std::uint64_t>(got);
    }
}

class ProgressWatch {
public:
    explicit ProgressWatch(std::chrono::milliseconds period) : period_(period) {}
    void check(std::uint64_t bytes) {
        const auto now = steady_clock::now();
        if (now - since_ < period_) {
            return;
        }
        if (bytes - bytes_ < least_bytes_per_period) {
            throw ConnectionFailure(
                "the server sends too slowly: " + std::to_string(bytes - bytes_) + " bytes in " +
                std::to_string(period_.count() / 1000) + " s");
        }
        since_ = now;
        bytes_ = bytes;
    }

private:
    std::chrono::milliseconds period_;
    steady_clock::time_point since_ = steady_clock::now();
    std::uint64_t bytes_ = 0;
};

void read_answer(Connection& connection, AnswerParser& parser, const ExchangeOptions& options,
                 const Patience& patience) {
    std::vector<char> piece(piece_bytes);
    ProgressWatch progress(options.connection.idle);
    std::uint64_t received = 0;
    while (!parser.done()) {
        const std::size_t got = connection.read_some(piece.data(), piece.size(), patience);
        if (got == 0) {
            parser.end_of_input();
            return;
        }
        received += got;
        parser.feed({piece.data(), got});
        if (!parser.done()) {
            progress.check(received);
        }
    }
}

/// One exchange over an open connection.
void converse(Connection& connection, const HttpRequest& request, const std::string& head,
              AnswerParser& parser, const ExchangeOptions& options, const Patience& patience) {
    try {
        connection.write_all(head, patience);
        send_body(connection, request, patience);
    } catch (const ConnectionFailure&) {
        // A server that refuses a body may close without taking it; its answer says why.
        try {
            read_answer(connection, parser, options, patience);
            return;
        } catch (const ConnectionFailure&) {
        }
        throw;
    }
    read_answer(connection, parser, options, patience);
}

/// The step's patience or the exchange's own limit, whichever ends first.
class TotalLimit {
public:
    TotalLimit(const Patience& patience, const ExchangeOptions& options)
        : patience_{patience.stop, patience.deadline} {
        if (options.total) {
            const auto end = steady_clock::now() + *options.total;
            own_ = !patience.deadline || end < *patience.deadline;
            patience_.deadline = own_ ? end : *patience.deadline;
        }
    }
    const Patience& patience() const { return patience_; }
    bool is_own() const { return own_ && steady_clock::now() >= *patience_.deadline; }

private:
    Patience patience_;
    bool own_ = false;
};

}  // namespace

struct HttpClient::Route {
    std::optional<Url> proxy;
    std::string key;
};

std::string basic_authorization(const std::string& user_info) {
    return "Basic " + base::base64_encode(user_info);
}

HttpClient::HttpClient(Environment environment) : environment_(std::move(environment)) {}
HttpClient::~HttpClient() = default;

const TlsContext& HttpClient::tls(bool verify) {
    std::unique_ptr<TlsContext>& context = verify ? verifying_ : trusting_;
    if (!context) {
        context = std::make_unique<TlsContext>(find_trust_store(environment_), verify);
    }
    return *context;
}

HttpClient::Route HttpClient::route_to(const Url& url, const ExchangeOptions& options) const {
    Route route;
    if (options.use_proxy) {
        route.proxy = proxy_for(url, environment_);
    }
    route.key = url.origin() + (options.verify_certificates ? " verified" : " unverified") +
                (route.proxy ? " through " + route.proxy->origin() : "");
    return route;
}

void HttpClient::open_tunnel(Connection& connection, const Url& url, const Url& proxy,
                             const ExchangeOptions& options, const Patience& patience) const {
    const std::string host =
        (url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]") + ":" +
        std::to_string(url.port);
    std::string head = "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n";
    if (!proxy.user_info.empty()) {
        head += "Proxy-Authorization: " + basic_authorization(proxy.user_info) + "\r\n";
    }
    connection.write_all(head + "\r\n", patience);
    // As to HEAD: after the head of a success come no body but the tunnelled bytes.
    AnswerParser parser(options.answer, true, {});
    char byte = 0;
    while (!parser.done()) {
        // One byte at a time, so that nothing of what follows the head is taken.
        if (connection.read_some(&byte, 1, patience) == 0) {
            parser.end_of_input();
            break;
        }
        parser.feed({&byte, 1});
    }
    const HttpAnswer answer = parser.take_answer();
    if (answer.status != 200) {
        throw ConnectionFailure("the proxy " + proxy.authority() + " refuses to connect to " +
                                url.authority() + ": status " + std::to_string(answer.status) +
                                " " + answer.reason);
    }
}

std::unique_ptr<Connection> HttpClient::connect(const Route& route, const Url& url,
                                                const ExchangeOptions& options,
                                                const Patience& patience) {
    auto connection = std::make_unique<Connection>(route.proxy ? *route.proxy : url,
                                                   options.connection, patience);
    if (url.tls) {
        if (route.proxy) {
            open_tunnel(*connection, url, *route.proxy, options, patience);
        }
        connection->start_tls(tls(options.verify_certificates), url.host, patience);
    }
    return connection;
}

HttpAnswer HttpClient::exchange(const HttpRequest& request, const ExchangeOptions& options,
                                const Patience& caller) {
    const TotalLimit limit(caller, options);
    const Patience& patience = limit.patience();
    const Route route = route_to(request.url, options);
    const bool absolute = route.proxy && !request.url.tls;
    const std::string head =
        request_head(request, absolute, route.proxy ? route.proxy->user_info : "");
    try {
        std::unique_ptr<Connection> connection;
        if (idle_ && idle_key_ == route.key && !idle_->has_input()) {
            connection = std::move(idle_);
        }
        idle_.reset();
        const bool reused = connection != nullptr;
        auto parser = std::make_unique<AnswerParser>(options.answer, request.method == "HEAD",
                                                     options.choose_sink);
        try {
            if (!connection) {
                connection = connect(route, request.url, options, patience);
            }
            converse(*connection, request, head, *parser, options, patience);
        } catch (const ConnectionFailure&) {
            // The server may have closed a kept connection just as we used it.
            if (!reused || parser->started()) {
                throw;
            }
            parser = std::make_unique<AnswerParser>(options.answer, request.method == "HEAD",
                                                    options.choose_sink);
            connection = connect(route, request.url, options, patience);
            converse(*connection, request, head, *parser, options, patience);
        }
        if (parser->may_continue() && request.file < 0) {
            idle_ = std::move(connection);
            idle_key_ = route.key;
        }
        return parser->take_answer();
    } catch (const base::Error&) {
        if (limit.is_own() && !caller.stop.requested()) {
            throw ConnectionFailure(request.url.authority() + " did not answer within " +
                                    std::to_string(options.total->count() / 1000) + " s");
        }
        throw;
    }
}

}  // namespace goldsmith::guest
