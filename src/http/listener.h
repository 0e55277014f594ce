#pragma once

#include "http/message.h"
#include "http/tls_files.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace goldsmith::http {

struct ListenOptions {
    std::string host = "127.0.0.1";  // an address or a name that resolves to one
    std::uint16_t port = 0;          // 0: the system picks a free one
    std::size_t worker_threads = 4;  // run the handler
    std::size_t io_threads = 1;      // read and write sockets
    std::size_t max_header_bytes = 64 * 1024;
    std::size_t max_body_bytes = 8 * 1024 * 1024;
    // Beyond it the connection that waited longest for its client is closed, or accepting waits.
    std::size_t max_connections = 4096;
    // Of one remote address; further ones are closed at once. 0: no such limit.
    std::size_t max_connections_per_address = 0;
    std::chrono::milliseconds handshake_timeout{10'000};  // for the whole TLS handshake
    std::chrono::milliseconds idle_timeout{60'000};       // between two requests of one connection
    std::chrono::milliseconds header_timeout{
        15'000};  // from a request's first byte to the end of its headers
    std::chrono::milliseconds body_timeout{120'000};  // for the whole body
    // From a whole request to the begin of its handling; later it is refused with 503.
    std::chrono::milliseconds queue_timeout{30'000};
    std::chrono::milliseconds write_timeout{60'000};  // for the whole answer
    std::chrono::milliseconds stop_timeout{5'000};    // what stop() waits for answers under way
    std::optional<TlsFiles> tls = std::nullopt;       // none: plain HTTP
};

// What the listener refuses by itself: 400 (not HTTP), 413 (body), 431 (headers), 503 (too busy).
struct Refusal {
    int status;
    std::string message;  // a sentence for the client
};

// Shapes a refusal; the request holds what had been read. Must not throw.
using RefusalHandler = std::function<Response(const Request&, const Refusal&)>;

// An HTTP/1.1 server on one TCP port, plain or TLS: keep-alive, Expect: 100-continue, limits on
// size and time. What is too large is answered and the connection closed; a client that is too slow
// is dropped.
//
// Threads: `http-io-N` for sockets, `http-work-N` for handlers; all are joined by stop(). stop()
// may be called from any thread but those. The handlers and what they refer to must outlive the
// listener.
class Listener {
public:
    // Binds and begins to answer. Throws base::SystemError or base::Error naming the address when
    // it cannot.
    Listener(ListenOptions options, Handler handler, RefusalHandler refuse = nullptr);
    ~Listener();  // stops
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const;  // the bound port
    std::string url() const;     // "http://127.0.0.1:41234"; IPv6 in brackets; https with TLS

    // Reads the TLS files again; connections from now on get what is in them. Throws base::Error
    // and goes on with what it has when they cannot be used. Does nothing without TLS.
    void reload_tls();

    // Closes the port and the connections whose client has not sent a whole request, lets answers
    // under way finish (at most stop_timeout), then closes the rest. A second call does nothing.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace goldsmith::http
