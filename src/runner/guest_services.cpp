#include "runner/guest_services.h"

#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <charconv>
#include <memory>
#include <thread>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace goldsmith::runner {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;

using asio::ip::tcp;
using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Failed = boost::system::error_code;

namespace {

using namespace std::chrono_literals;

constexpr auto kRequestLimit = 5s;
/// A download may take long without a byte from the guest.
constexpr auto kIdleLimit = 15min;
constexpr auto kConnectLimit = 5s;
constexpr int kMostRequests = 100;
constexpr std::uint64_t kMostBodyBytes = 1024;
constexpr int kUsualHops = 64;

const auto with_error = asio::as_tuple(asio::use_awaitable);

MetadataRequest request_of(const http::request<http::string_body>& message) {
    MetadataRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers[name] = std::string(field.value());
    }
    return request;
}

http::response<http::string_body> message_of(const MetadataAnswer& answer,
                                             const http::request<http::string_body>& request) {
    http::response<http::string_body> message(static_cast<http::status>(answer.status),
                                              request.version());
    message.set(http::field::server, "EC2ws");
    message.set(http::field::content_type, answer.content_type);
    for (const auto& [name, value] : answer.headers) {
        message.set(name, value);
    }
    message.keep_alive(request.keep_alive());
    if (request.method() == http::verb::head) {
        message.content_length(answer.body.size());
    } else {
        message.body() = answer.body;
        message.prepare_payload();
    }
    return message;
}

asio::awaitable<void> serve_metadata(Stream stream, const MetadataService& service) {
    beast::flat_buffer buffer(GuestServices::kMostHeaderBytes + kMostBodyBytes);
    for (int i = 0; i < kMostRequests; ++i) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(GuestServices::kMostHeaderBytes);
        parser.body_limit(kMostBodyBytes);
        stream.expires_after(kRequestLimit);
        const auto [failed, size] = co_await http::async_read(stream, buffer, parser, with_error);
        if (failed) {
            co_return;
        }
        const MetadataAnswer answer = service.answer(request_of(parser.get()));
        const int hops = answer.hop_limit.value_or(kUsualHops);
        ::setsockopt(stream.socket().native_handle(), IPPROTO_IP, IP_TTL, &hops, sizeof hops);
        const auto message = message_of(answer, parser.get());
        http::response_serializer<http::string_body> serializer(message);
        stream.expires_after(kRequestLimit);
        const auto [broken, sent] =
            parser.get().method() == http::verb::head
                ? co_await http::async_write_header(stream, serializer, with_error)
                : co_await http::async_write(stream, serializer, with_error);
        if (broken || !message.keep_alive()) {
            co_return;
        }
    }
}

/// Copies until one side ends or nothing comes for a while.
template <class From, class To>
asio::awaitable<void> pump(From& from, To& to, Stream& guest) {
    std::array<char, 16 * 1024> bytes;
    for (;;) {
        const auto [failed, size] = co_await from.async_read_some(asio::buffer(bytes), with_error);
        if (failed) {
            co_return;
        }
        guest.expires_after(kIdleLimit);
        const auto [broken, sent] =
            co_await asio::async_write(to, asio::buffer(bytes.data(), size), with_error);
        if (broken) {
            co_return;
        }
    }
}

template <class Server>
asio::awaitable<void> exchange(Stream& guest, Server& server) {
    using namespace asio::experimental::awaitable_operators;
    guest.expires_after(kIdleLimit);
    // The first direction to end ends the other one as well: HTTP clients close when they are done.
    co_await (pump(guest, server, guest) || pump(server, guest, guest));
}

/// By address, or by a name that the host's resolver knows.
asio::awaitable<bool> connect(Stream& server, const ApiEndpoint& endpoint) {
    server.expires_after(kConnectLimit);
    Failed no_address;
    const auto address = asio::ip::make_address(endpoint.host, no_address);
    if (!no_address) {
        const auto [refused] =
            co_await server.async_connect(tcp::endpoint(address, endpoint.port), with_error);
        co_return !refused;
    }
    asio::ip::basic_resolver<tcp, asio::io_context::executor_type> resolver(server.get_executor());
    const auto [unknown, found] =
        co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), with_error);
    if (unknown) {
        co_return false;
    }
    const auto [refused, reached] = co_await server.async_connect(found, with_error);
    co_return !refused;
}

/// "sha256//" and the base64 of the public key's digest, as the daemon writes it.
std::string pin_of(SSL* connection) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(connection), &X509_free);
    unsigned char* der = nullptr;
    const int size =
        certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der) : 0;
    if (size <= 0) {
        return "";
    }
    const auto digest = base::sha256(der, static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return "sha256//" + base::base64_encode(base::as_view(digest));
}

asio::awaitable<void> forward(Stream guest, std::optional<ApiEndpoint> endpoint,
                              base::Path pin_file) {
    Stream server(guest.get_executor());
    if (!endpoint || !co_await connect(server, *endpoint)) {
        co_return;
    }
    if (!endpoint->is_tls) {
        server.expires_never();
        co_await exchange(guest, server);
        co_return;
    }
    // Whose certificate it is, is known by its key: names and authorities are the clients' affair.
    ssl::context context(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_none);
    ssl::stream<Stream&> secure(server, context);
    server.expires_after(kConnectLimit);
    const auto [failed] = co_await secure.async_handshake(ssl::stream_base::client, with_error);
    const std::string pin = base::read_file_if_exists(pin_file, 4096).value_or("");
    if (failed || pin.empty() || pin_of(secure.native_handle()) != pin) {
        co_return;
    }
    server.expires_never();
    co_await exchange(guest, secure);
}

}  // namespace

std::optional<ApiEndpoint> parse_endpoint(const std::string& url) {
    ApiEndpoint endpoint;
    std::string rest = url;
    if (rest.starts_with("https://")) {
        endpoint.is_tls = true;
        rest.erase(0, 8);
    } else if (rest.starts_with("http://")) {
        rest.erase(0, 7);
    } else {
        return std::nullopt;
    }
    rest.erase(std::min(rest.find_first_of("/ \n"), rest.size()));
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    const char* end = rest.data() + rest.size();
    const auto [stop, failed] = std::from_chars(rest.data() + colon + 1, end, endpoint.port);
    if (failed != std::errc() || stop != end || endpoint.port == 0) {
        return std::nullopt;
    }
    endpoint.host = rest.substr(0, colon);
    if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']')) {
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    }
    // A server that listens everywhere is found here.
    if (endpoint.host == "0.0.0.0" || endpoint.host == "localhost") {
        endpoint.host = "127.0.0.1";
    } else if (endpoint.host == "::") {
        endpoint.host = "::1";
    }
    return endpoint.host.empty() ? std::nullopt : std::optional(endpoint);
}

struct GuestServices::Parts {
    explicit Parts(GuestServicesOptions given) : options(std::move(given)) {}

    using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

    template <class Serve>
    asio::awaitable<void> accept(base::Fd& listener, Serve serve) {
        Acceptor acceptor(context.get_executor(), tcp::v4(), listener.release());
        for (;;) {
            auto [failed, socket] = co_await acceptor.async_accept(with_error);
            if (failed) {
                // Out of descriptors, perhaps: others may end meanwhile.
                asio::steady_timer pause(context, 50ms);
                co_await pause.async_wait(with_error);
                continue;
            }
            if (connections >= kMostConnections) {
                continue;  // closed at once
            }
            ++connections;
            asio::co_spawn(context, serve(Stream(std::move(socket))),
                           [this](std::exception_ptr) { --connections; });
        }
    }

    /// It may have started again elsewhere.
    std::optional<ApiEndpoint> daemon() const {
        return parse_endpoint(
            base::read_file_if_exists(options.api_endpoint_file, 4096).value_or(""));
    }

    void start() {
        if (options.metadata_listener && options.metadata) {
            asio::co_spawn(context,
                           accept(options.metadata_listener,
                                  [this](Stream stream) {
                                      return serve_metadata(std::move(stream), *options.metadata);
                                  }),
                           asio::detached);
        }
        if (options.api_listener) {
            asio::co_spawn(context,
                           accept(options.api_listener,
                                  [this](Stream stream) {
                                      return forward(std::move(stream), daemon(), options.pin_file);
                                  }),
                           asio::detached);
        }
        if (options.proxy_listener) {
            asio::co_spawn(context,
                           accept(options.proxy_listener,
                                  [this](Stream stream) {
                                      return forward(std::move(stream), options.proxy, {});
                                  }),
                           asio::detached);
        }
        thread = std::thread([this] {
            ::prctl(PR_SET_NAME, "guest-services");
            context.run();
        });
    }

    GuestServicesOptions options;
    std::size_t connections = 0;
    asio::io_context context{1};
    std::thread thread;
};

GuestServices::GuestServices(GuestServicesOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {
    parts_->start();
}

GuestServices::~GuestServices() {
    parts_->context.stop();
    parts_->thread.join();
}

}  // namespace goldsmith::runner
