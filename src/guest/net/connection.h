// Connection: a byte stream to a server, over TCP, TLS, or a proxy's tunnel. Every wait is bounded
// and ends at once when the step's time is over or the run is stopped. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "guest/net/url.h"
#include "guest/patience.h"

struct ssl_st;

namespace goldsmith::guest {

class TlsContext;

/// Nobody there, or gone in the middle, or silent for too long: may work next time.
class ConnectionFailure : public base::Error {
public:
    using base::Error::Error;
};

/// What speaks there is not who it should be, or speaks no TLS or HTTP: will not get better.
class ProtocolFailure : public base::Error {
public:
    using base::Error::Error;
};

struct ConnectionLimits {
    std::chrono::milliseconds connect{10'000};  ///< for each address
    std::chrono::milliseconds idle{60'000};     ///< without a byte in either direction
};

class Connection {
public:
    /// TCP to `where`, which is `name` in messages. Throws ConnectionFailure, and as
    /// Patience::check; so do all others.
    Connection(const Url& where, const ConnectionLimits& limits, const Patience& patience);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// From now on everything is encrypted; `host` must be who the certificate says. Throws
    /// ProtocolFailure.
    void start_tls(const TlsContext& context, const std::string& host, const Patience& patience);

    /// At least one byte, or 0 at the end.
    std::size_t read_some(char* data, std::size_t size, const Patience& patience);
    /// At least one byte.
    std::size_t write_some(std::string_view data, const Patience& patience);
    void write_all(std::string_view data, const Patience& patience);
    /// The other side has said something, or has closed.
    bool has_input() const;

private:
    void connect_to_any(const Url& where, const Patience& patience);
    /// Waits as a TLS call asked for. False when it was no request to wait.
    void await_tls(int result, const char* doing, const Patience& patience);
    void await(short events, const Patience& patience) const;
    std::string certificate_problem() const;

    std::string name_;
    ConnectionLimits limits_;
    base::Fd socket_;
    ssl_st* tls_ = nullptr;
};

}  // namespace goldsmith::guest
