#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace goldsmith::http {

// The byte stream of one connection, plain or TLS; an AsyncStream of Beast, so that a session is
// written once. Timeouts are those of tcp(). Used on one strand.
class Transport {
public:
    using executor_type = boost::beast::tcp_stream::executor_type;
    using SslStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

    // `context` null: plain.
    Transport(boost::asio::ip::tcp::socket socket,
              const std::shared_ptr<boost::asio::ssl::context>& context) {
        if (context) {
            tls_.emplace(boost::beast::tcp_stream(std::move(socket)), *context);
        } else {
            plain_.emplace(std::move(socket));
        }
    }

    executor_type get_executor() { return tcp().get_executor(); }
    boost::beast::tcp_stream& tcp() { return tls_ ? tls_->next_layer() : *plain_; }
    // Null: plain.
    SslStream* tls() { return tls_ ? &*tls_ : nullptr; }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        } else {
            plain_->async_read_some(buffers, std::forward<Handler>(handler));
        }
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        } else {
            plain_->async_write_some(buffers, std::forward<Handler>(handler));
        }
    }

private:
    std::optional<boost::beast::tcp_stream> plain_;
    std::optional<SslStream> tls_;
};

}  // namespace goldsmith::http
