#pragma once

#include "base/clock.h"
#include "http/message.h"
#include "http/signer.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace goldsmith::http {

struct ClientOptions {
    std::string endpoint;                   // "http://127.0.0.1:8080", no path
    std::optional<SigningKey> credentials;  // none: requests go unsigned
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{60'000};  // for a whole exchange
    std::size_t max_answer_bytes = 64 * 1024 * 1024;
    // With https: who is trusted. None of both: the authorities of the system.
    std::string ca_file{};  // PEM
    // "sha256//...": exactly the server with this key (tls.h), whatever it is called and whoever
    // signed it.
    std::string pinned_public_key{};
    // Whether to connect to this address at all; asked after names were resolved. Empty: any.
    std::function<bool(const sockaddr*)> may_connect{};
};

// A small blocking HTTP/1.1 client that signs with SigV4. Keeps one connection alive. Not for use
// by two threads at once: give each its own.
class Client {
public:
    explicit Client(ClientOptions options);                   // the system's clock
    Client(ClientOptions options, const base::Clock& clock);  // the clock must outlive the client
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // Sends one request and gives the whole answer, whatever its status. `target` is the
    // percent-encoded path with its query. Throws base::Error naming the endpoint when no answer
    // comes.
    Response call(std::string_view service, std::string_view region, std::string_view method,
                  std::string_view target, const Headers& headers, std::string_view body);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::http
