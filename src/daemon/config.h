// Config: everything that can be set about a server, with its defaults. One YAML file
// (docs/configuration.md lists every key); unknown keys and wrong values are errors that name file,
// line and column. Plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "api/networks.h"
#include "base/byte_size.h"
#include "base/files.h"
#include "daemon/throttle.h"
#include "service/quotas.h"

namespace goldsmith::daemon {

struct Config {
    base::Path data_directory;
    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 0;

    std::string account = "123456789012";
    std::vector<std::string> regions = {"us-east-1", "us-west-2", "eu-west-1"};

    /// How machines exist: "auto", "container" or "fake" (no machine at all, for trying the API).
    std::string driver = "auto";
    int max_parallel_builds = 100;
    /// Where goldsmith-runner and toe are; empty: beside the running program.
    base::Path program_directory;
    /// The Debian mirror for base images; empty: what the host's own apt configuration names.
    std::string debian_mirror;
    /// Copies, by host, of the folders that fetched base images come from; empty: the originals.
    std::string image_mirror;

    /// The largest disk that an imported image may be.
    base::ByteSize import_max_disk = base::ByteSize::gib(2048);
    /// Whether imports of the API may fetch from loopback and link-local addresses.
    bool import_from_local_addresses = false;
    /// Whether topics may notify endpoints on loopback and link-local addresses.
    bool notifications_to_local_addresses = false;

    base::ByteSize disk_cache_size = base::ByteSize::gib(20);
    int compression_level = 1;

    base::ByteSize max_body_size = base::ByteSize::mib(8);
    base::ByteSize max_header_size = base::ByteSize::kib(64);
    std::size_t max_connections = 4096;
    /// 0: no such limit.
    std::size_t max_connections_per_address = 2048;
    std::chrono::seconds handshake_timeout{10};
    std::chrono::seconds header_timeout{15};
    std::chrono::seconds body_timeout{120};
    std::chrono::seconds queue_timeout{30};
    std::chrono::seconds write_timeout{60};
    std::chrono::seconds idle_timeout{60};
    std::size_t http_threads = 32;

    /// "off", "generated" or "files".
    std::string tls = "off";
    std::string tls_certificate;
    std::string tls_key;
    /// Further names and addresses that a generated certificate is made out to.
    std::vector<std::string> tls_names;

    base::ByteSize audit_file_size = base::ByteSize::mib(64);
    /// 0: for ever.
    int audit_keep_days = 365;
    ThrottleRates throttle;

    std::size_t action_threads = 4;

    /// What subnets and security groups choose from.
    api::Networks networks;

    /// What an account may have of each thing in a region.
    service::Quotas quotas;
    /// How often each lifecycle policy runs.
    std::chrono::minutes lifecycle_interval = std::chrono::hours(24);
    /// "debug", "info", "warning" or "error".
    std::string log_level = "info";
};

/// Reads a configuration file over `config`'s values. Throws documents::DocumentErrors for what is
/// wrong in it and base::SystemError when it cannot be read.
void load_config(const base::Path& file, Config& config);

/// "HOST:PORT", "[::1]:PORT" or ":PORT" into the two listen members. Throws base::Error.
void set_listen_address(std::string_view text, Config& config);

}  // namespace goldsmith::daemon
