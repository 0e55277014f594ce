// Downloads over http and https: redirects, retries with back-off, nothing but status 200. One
// thread.
#pragma once

#include "guest/net/http_client.h"
#include "guest/net/network_settings.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

class WebTransfer {
public:
    static constexpr int most_redirects = 10;

    WebTransfer(HttpClient& client, const NetworkSettings& settings, const base::Clock& clock)
        : client_(client), settings_(settings), clock_(clock) {}

    /// Throws RemoteFailure, and as Patience::check.
    void download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                  const Patience& patience);

private:
    /// One attempt, redirects included; the answer that is no redirect.
    HttpAnswer attempt(const Url& first, const WebSource& source, ByteTarget& target,
                       const Patience& patience);

    HttpClient& client_;
    const NetworkSettings& settings_;
    const base::Clock& clock_;
};

/// Where a redirect leads. Passwords of the URL stay with its host. Throws RemoteFailure when it
/// must not be followed.
Url redirect_target(const Url& from, std::string_view location, bool may_leave_tls);

}  // namespace goldsmith::guest
