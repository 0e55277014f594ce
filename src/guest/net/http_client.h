// HttpClient does one HTTP/1.1 exchange at a time: connects (through a proxy where the environment
// says so), sends, reads the answer. It keeps the last connection for the next exchange with the
// same server. It neither follows redirects nor tries again: see web_transfer.h and aws_client.h.
// One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "guest/net/answer_parser.h"
#include "guest/net/connection.h"
#include "guest/net/environment.h"
#include "guest/net/http_message.h"

namespace goldsmith::guest {

class TlsContext;

struct ExchangeOptions {
    ConnectionLimits connection;
    AnswerLimits answer;
    /// The whole exchange; none: as long as bytes flow.
    std::optional<std::chrono::milliseconds> total;
    bool verify_certificates = true;
    bool use_proxy = true;
    ChooseSink choose_sink;
};

class HttpClient {
public:
    explicit HttpClient(Environment environment);
    ~HttpClient();

    /// The answer whatever its status. Throws ConnectionFailure, ProtocolFailure, UrlError,
    /// base::Error (no certificates), and as Patience::check.
    HttpAnswer exchange(const HttpRequest& request, const ExchangeOptions& options,
                        const Patience& patience);

private:
    struct Route;
    Route route_to(const Url& url, const ExchangeOptions& options) const;
    std::unique_ptr<Connection> connect(const Route& route, const Url& url,
                                        const ExchangeOptions& options, const Patience& patience);
    void open_tunnel(Connection& connection, const Url& url, const Url& proxy,
                     const ExchangeOptions& options, const Patience& patience) const;
    const TlsContext& tls(bool verify);

    Environment environment_;
    std::unique_ptr<TlsContext> verifying_;
    std::unique_ptr<TlsContext> trusting_;
    std::unique_ptr<Connection> idle_;
    std::string idle_key_;
};

/// "Basic ..." for "user:password".
std::string basic_authorization(const std::string& user_info);

}  // namespace goldsmith::guest
