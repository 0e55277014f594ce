#include "http/session.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>

namespace goldsmith::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

// After a refusal the client may still be sending; what it sends is read and dropped for so long
// and so much, because closing at once would make the kernel discard the answer.
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kLingerBytes = 64UL * 1024 * 1024;

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text{};
    // The C locale's names are wanted; the programs never call setlocale.
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

// A line break within a value would begin another header.
std::string one_line(std::string value) {
    for (char& c : value) {
        c = c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    }
    return value;
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string address_of(const asio::ip::tcp::socket& socket) {
    beast::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) {
        return "unknown";
    }
    const auto address = endpoint.address().to_string();
    const auto port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

Session::Session(std::uint64_t id, asio::ip::tcp::socket socket,
                 const std::shared_ptr<asio::ssl::context>& tls, std::shared_ptr<SessionHost> host)
    : id_(id),
      host_(std::move(host)),
      stream_(std::move(socket), tls),
      remote_address_(address_of(stream_.tcp().socket())) {}

Session::~Session() {
    host_->session_ended(id_);
}

void Session::start() {
    mark_waiting(true);
    asio::dispatch(stream_.get_executor(),
                   beast::bind_front_handler(
                       stream_.tls() != nullptr ? &Session::shake_hands : &Session::await_request,
                       shared_from_this()));
}

void Session::close_unless_answering() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (!self->answering_) {
            self->shut_down();
        }
    });
}

void Session::close_if_waiting() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->waiting_since()) {
            self->shut_down();
        }
    });
}

void Session::close() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->shut_down(); });
}

std::optional<std::chrono::steady_clock::time_point> Session::waiting_since() const {
    const auto ticks = waiting_since_.load();
    if (ticks == 0) {
        return std::nullopt;
    }
    return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(ticks));
}

void Session::mark_waiting(bool waiting) {
    waiting_since_ = waiting ? std::chrono::steady_clock::now().time_since_epoch().count() : 0;
}

void Session::shake_hands() {
    stream_.tcp().expires_after(host_->options().handshake_timeout);
    stream_.tls()->async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](Error error) { self->on_handshake(error); });
}

void Session::on_handshake(Error error) {
    if (!error) {
        const SSL* tls = stream_.tls()->native_handle();
        tls_version_ = SSL_get_version(tls);
        tls_cipher_ = SSL_get_cipher_name(tls);
        return await_request();
    }
    const bool plain_http =
        error.category() == asio::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
    if (!plain_http) {
        return shut_down();
    }
    static constexpr std::string_view answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
        "This port speaks HTTPS; the client sent plain HTTP.\n";
    asio::async_write(stream_.tcp(), asio::buffer(answer),
                      [self = shared_from_this()](Error failed, std::size_t) {
                          return failed ? self->shut_down() : self->linger();
                      });
}

void Session::await_request() {
    if (host_->stopping()) {
        return shut_down();
    }
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(host_->options().max_header_bytes));
    parser_->body_limit(host_->options().max_body_bytes);
    answering_ = false;
    mark_waiting(true);
    if (buffer_.size() > 0) {  // pipelined
        return read_header();
    }
    stream_.tcp().expires_after(host_->options().idle_timeout);
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](Error error, std::size_t size) {
                                self->buffer_.commit(size);
                                if (!error) {
                                    self->mark_waiting(true);
                                    self->read_header();
                                }
                            });
}

void Session::read_header() {
    stream_.tcp().expires_after(host_->options().header_timeout);
    wire::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Error error, std::size_t) { self->on_header(error); });
}

void Session::on_header(Error error) {
    mark_waiting(false);
    if (error) {
        return refuse(error);
    }
    if (beast::iequals(parser_->get()[wire::field::expect], "100-continue")) {
        return send_continue();
    }
    read_body();
}

void Session::send_continue() {
    auto response = std::make_shared<wire::response<wire::empty_body>>(wire::status::continue_,
                                                                       parser_->get().version());
    stream_.tcp().expires_after(host_->options().write_timeout);
    wire::async_write(stream_, *response,
                      [self = shared_from_this(), response](Error error, std::size_t) {
                          if (!error) {
                              self->read_body();
                          }
                      });
}

void Session::read_body() {
    stream_.tcp().expires_after(host_->options().body_timeout);
    wire::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Error error, std::size_t) { self->on_body(error); });
}

void Session::on_body(Error error) {
    if (error) {
        return refuse(error);
    }
    stream_.tcp().expires_never();
    handle();
}

// Answers what HTTP has an answer for. A client that left or was too slow has no connection any
// more.
void Session::refuse(Error error) {
    if (error.category() != make_error_code(wire::error::bad_method).category() ||
        error == wire::error::end_of_stream || error == wire::error::partial_message) {
        return shut_down();
    }
    Refusal refusal{400, "The request is not valid HTTP: " + error.message() + "."};
    if (error == wire::error::body_limit) {
        refusal = {413, "The request's body is larger than " +
                            std::to_string(host_->options().max_body_bytes) + " bytes."};
    } else if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
        refusal = {431, "The request's headers are larger than " +
                            std::to_string(host_->options().max_header_bytes) + " bytes."};
    }
    write(host_->refuse(take_request(), refusal), false);
}

Request Session::take_request() {
    auto message = parser_->release();
    Request request;
    request.method = std::string(message.method_string());
    set_target(request, std::string(message.target()));
    for (const auto& field : message) {
        request.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = std::move(message.body());
    request.remote_address = remote_address_;
    request.tls_version = tls_version_;
    request.tls_cipher = tls_cipher_;
    return request;
}

void Session::handle() {
    answering_ = true;
    const bool keep_alive = parser_->get().keep_alive();
    version_ = parser_->get().version() == 10 ? 10 : 11;
    const auto patience = std::chrono::steady_clock::now() + host_->options().queue_timeout;
    host_->work([self = shared_from_this(), keep_alive, patience,
                 request = std::make_shared<Request>(take_request())] {
        const bool late = std::chrono::steady_clock::now() > patience;
        auto response =
            late ? self->host_->refuse(*request, Refusal{503, "The server is too busy; try again."})
                 : self->host_->respond(*request);
        if (request->method == "HEAD") {
            // The length of what GET would send, and nothing of it.
            response.headers.set("Content-Length", std::to_string(response.body.size()));
            response.body.clear();
        }
        asio::post(self->stream_.get_executor(),
                   [self, keep_alive, response = std::move(response)]() mutable {
                       self->write(std::move(response), keep_alive);
                   });
    });
}

void Session::write(Response response, bool keep_alive) {
    answering_ = true;
    keep_alive = keep_alive && !host_->stopping();
    auto message = std::make_shared<wire::response<wire::string_body>>();
    message->result(static_cast<unsigned>(response.status));
    message->version(version_);
    message->keep_alive(keep_alive);
    message->set(wire::field::date, http_date());
    const auto head_length = response.headers.find("Content-Length");
    if (may_have_body(response.status)) {
        message->set(wire::field::content_length, head_length
                                                      ? std::string(*head_length)
                                                      : std::to_string(response.body.size()));
        message->body() = std::move(response.body);
    }
    response.headers.remove("Content-Length");
    for (const auto& [name, value] : response.headers) {
        message->insert(name, one_line(value));
    }
    stream_.tcp().expires_after(host_->options().write_timeout);
    wire::async_write(stream_, *message,
                      [self = shared_from_this(), message, keep_alive](Error error, std::size_t) {
                          self->after_write(error, keep_alive);
                      });
}

void Session::after_write(Error error, bool keep_alive) {
    if (error) {
        return shut_down();
    }
    if (keep_alive) {
        return await_request();
    }
    linger();
}

void Session::linger() {
    if (stream_.tls() != nullptr && !tls_version_.empty()) {
        return end_tls();
    }
    Error ignored;
    stream_.tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.tcp().expires_after(kLingerTime);
    drain();
}

// Says goodbye within TLS; whatever the client answers, the bytes below are drained as those of a
// plain connection are.
void Session::end_tls() {
    stream_.tcp().expires_after(kLingerTime);
    stream_.tls()->async_shutdown([self = shared_from_this()](Error) {
        self->tls_version_.clear();
        self->linger();
    });
}

void Session::drain() {
    buffer_.clear();
    stream_.tcp().async_read_some(
        buffer_.prepare(64UL * 1024), [self = shared_from_this()](Error error, std::size_t size) {
            self->drained_bytes_ += size;
            if (error || self->drained_bytes_ > kLingerBytes || self->host_->stopping()) {
                return self->shut_down();
            }
            self->drain();
        });
}

void Session::shut_down() {
    stream_.tcp().close();
}

}  // namespace goldsmith::http
