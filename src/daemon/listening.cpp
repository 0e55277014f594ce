#include "daemon/listening.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "http/tls.h"
#include "http/tls_certificates.h"

namespace goldsmith::daemon {

namespace {

constexpr std::chrono::milliseconds stop_within{4000};
constexpr rlim_t descriptors_of_the_rest = 1024;  // files, databases, runners

std::vector<std::string> own_names(const Config& config) {
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
    const auto add = [&](const std::string& name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
    };
    if (config.listen_host != "0.0.0.0" && config.listen_host != "::") {
        add(config.listen_host);
    }
    std::string host(256, '\0');
    if (::gethostname(host.data(), host.size() - 1) == 0) {
        add(host.c_str());
    }
    std::ranges::for_each(config.tls_names, add);
    return names;
}

}  // namespace

std::optional<http::TlsFiles> prepare_tls(const Config& config, const DataLayout& layout,
                                          const base::Clock& clock) {
    if (config.tls == "off") {
        return std::nullopt;
    }
    http::TlsFiles files{config.tls_certificate, config.tls_key};
    if (config.tls == "generated") {
        files = http::ensure_own_certificates(layout.tls(), own_names(config), clock.now());
    } else if (config.tls_certificate.empty() || config.tls_key.empty()) {
        throw base::Error("tls: files needs tls_certificate and tls_key");
    }
    base::make_directories(layout.tls(), 0700);
    base::write_file_atomically(layout.tls() / "pin", http::public_key_pin(files.certificate),
                                0600);
    return files;
}

http::ListenOptions listen_options(const Config& config, const DataLayout& layout,
                                   const base::Clock& clock) {
    http::ListenOptions options;
    options.host = config.listen_host;
    options.port = config.listen_port;
    options.worker_threads = config.http_threads;
    options.max_body_bytes = config.max_body_size.in_bytes();
    options.max_header_bytes = config.max_header_size.in_bytes();
    options.max_connections = config.max_connections;
    options.max_connections_per_address = config.max_connections_per_address;
    options.handshake_timeout = config.handshake_timeout;
    options.header_timeout = config.header_timeout;
    options.body_timeout = config.body_timeout;
    options.queue_timeout = config.queue_timeout;
    options.write_timeout = config.write_timeout;
    options.idle_timeout = config.idle_timeout;
    options.stop_timeout = stop_within;
    options.tls = prepare_tls(config, layout, clock);
    return options;
}

void allow_descriptors(const Config& config) {
    rlimit limit{};
    const rlim_t wanted = config.max_connections + descriptors_of_the_rest;
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace goldsmith::daemon
