// The options that say which server or data directory a command works on.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "daemon/config.h"

namespace CLI {
class App;
}
namespace goldsmith::daemon {
class Daemon;
}

namespace goldsmith::cli {

struct ServerOptions {
    std::string data_directory;
    std::string config_file;

    void add_to(CLI::App& command);
    /// Defaults, then the configuration file.
    daemon::Config config() const;
};

base::Logger stderr_logger(const std::string& level);

/// A server to talk to: the one that runs on the data directory, or one of our own for as long as
/// this lives.
class ServerAtHand {
public:
    explicit ServerAtHand(const ServerOptions& options);
    ~ServerAtHand();
    const std::string& url() const { return url_; }
    base::Path credentials_file() const;

private:
    daemon::Config config_;
    std::unique_ptr<daemon::Daemon> own_;
    std::string url_;
};

}  // namespace goldsmith::cli
