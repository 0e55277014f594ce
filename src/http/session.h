#pragma once

#include "http/listener.h"
#include "http/transport.h"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>

namespace goldsmith::http {

// What a session needs of the listener that owns it.
class SessionHost {
public:
    virtual ~SessionHost() = default;
    virtual const ListenOptions& options() const = 0;
    virtual bool stopping() const = 0;
    // Runs the task on a worker thread.
    virtual void work(std::function<void()> task) = 0;
    virtual Response respond(const Request& request) = 0;
    virtual Response refuse(const Request& request, const Refusal& refusal) = 0;
    virtual void session_ended(std::uint64_t id) = 0;
};

// One connection: shake hands where it is TLS, then wait for a request, read it, have it answered,
// write the answer, again. Lives as long as an operation of it is under way; everything happens on
// the strand of its stream, except the handler, which runs on a worker.
class Session : public std::enable_shared_from_this<Session> {
public:
    // `tls` null: plain HTTP.
    Session(std::uint64_t id, boost::asio::ip::tcp::socket socket,
            const std::shared_ptr<boost::asio::ssl::context>& tls,
            std::shared_ptr<SessionHost> host);
    ~Session();

    void start();
    // From any thread: closes the connection unless a request of it is being answered.
    void close_unless_answering();
    // From any thread: closes it if it is not at work: idle, or its client has not yet sent the
    // whole head of a request.
    void close_if_waiting();
    // From any thread: closes it whatever it does.
    void close();
    // From any thread: since when it waits for the client to send a request's head; nullopt while
    // it is at work.
    std::optional<std::chrono::steady_clock::time_point> waiting_since() const;

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using Error = boost::beast::error_code;

    void shake_hands();
    void on_handshake(Error error);
    void await_request();
    void read_header();
    void on_header(Error error);
    void send_continue();
    void read_body();
    void on_body(Error error);
    void refuse(Error error);
    Request take_request();
    void handle();
    void write(Response response, bool keep_alive);
    void after_write(Error error, bool keep_alive);
    void linger();
    void drain();
    void end_tls();
    void mark_waiting(bool waiting);
    void shut_down();

    const std::uint64_t id_;
    const std::shared_ptr<SessionHost> host_;
    Transport stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    std::string remote_address_;
    std::string tls_version_;
    std::string tls_cipher_;
    unsigned version_ = 11;  // of the request: 10 or 11
    std::size_t drained_bytes_ = 0;
    bool answering_ = false;                      // from a whole request to the end of its answer
    std::atomic<std::int64_t> waiting_since_{0};  // steady clock ticks; 0: at work
};

}  // namespace goldsmith::http
