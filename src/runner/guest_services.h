// What a runner offers to its guest at addresses of the gateway: the instance metadata service at
// 169.254.169.254, the daemon's API at 169.254.170.2, both on port 80, and the proxy of its network
// at port 3128 of the latter. The API is a forwarder of bytes to the daemon's own listener, which
// checks signatures as ever; nothing else of the host is reached through it. The proxy is one, too,
// to where the configuration says. One thread of its own, "guest-services". A guest that floods it,
// stalls or sends rubbish costs a bounded number of connections, bytes and seconds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/files.h"
#include "runner/metadata_service.h"

namespace goldsmith::runner {

/// Where the daemon answers now.
struct ApiEndpoint {
    std::string host;
    std::uint16_t port = 0;
    bool is_tls = false;

    bool operator==(const ApiEndpoint&) const = default;
};
/// "http://127.0.0.1:8080", "https://[::1]:8443", "http://proxy.example:3128"; nothing for what is
/// none.
std::optional<ApiEndpoint> parse_endpoint(const std::string& url);

struct GuestServicesOptions {
    /// Either may be none.
    base::Fd metadata_listener;
    std::shared_ptr<const MetadataService> metadata;
    base::Fd api_listener;
    /// Read at each connection: the daemon may have started again elsewhere.
    base::Path api_endpoint_file;
    /// Where the daemon writes the pin of its public key; read when the endpoint says https.
    base::Path pin_file;
    base::Fd proxy_listener;
    std::optional<ApiEndpoint> proxy;
};

class GuestServices {
public:
    static constexpr std::size_t kMostConnections = 64;
    static constexpr std::size_t kMostHeaderBytes = 8192;

    explicit GuestServices(GuestServicesOptions options);
    /// Closes every connection.
    ~GuestServices();
    GuestServices(const GuestServices&) = delete;
    GuestServices& operator=(const GuestServices&) = delete;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace goldsmith::runner
