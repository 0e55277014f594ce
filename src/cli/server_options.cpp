#include "cli/server_options.h"

#include <fcntl.h>

#include <CLI/CLI.hpp>

#include "daemon/daemon.h"
#include "daemon/data_directory.h"

namespace goldsmith::cli {

void ServerOptions::add_to(CLI::App& command) {
    command.add_option("--data-dir", data_directory,
                       "Folder that holds everything (default: $GOLDSMITH_DATA_DIR, "
                       "/var/lib/goldsmith for root)");
    command.add_option("--config", config_file, "Configuration file (YAML)");
}

daemon::Config ServerOptions::config() const {
    daemon::Config config;
    config.data_directory =
        data_directory.empty() ? daemon::default_data_directory() : base::Path(data_directory);
    if (!config_file.empty()) {
        daemon::load_config(config_file, config);
    }
    return config;
}

namespace {

/// A file descriptor and the sink that writes to it.
class FileLogSink final : public base::LogSink {
public:
    explicit FileLogSink(base::Fd fd) : fd_(std::move(fd)), sink_(fd_.get()) {}
    void write(std::string_view line) noexcept override { sink_.write(line); }

private:
    base::Fd fd_;
    base::FdLogSink sink_;
};

base::Logger file_logger(const base::Path& file) {
    return {
        std::make_shared<FileLogSink>(base::open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0600)),
        base::LogLevel::info};
}

}  // namespace

base::Logger stderr_logger(const std::string& level) {
    const base::LogLevel minimum = level == "debug"     ? base::LogLevel::debug
                                   : level == "warning" ? base::LogLevel::warning
                                   : level == "error"   ? base::LogLevel::error
                                                        : base::LogLevel::info;
    return {std::make_shared<base::FdLogSink>(2), minimum};
}

ServerAtHand::ServerAtHand(const ServerOptions& options) : config_(options.config()) {
    if (const auto running = daemon::running_server(config_.data_directory)) {
        url_ = *running;
        return;
    }
    // Our own server's log would spoil the progress on the terminal.
    base::make_directories(config_.data_directory, 0700);
    own_ = std::make_unique<daemon::Daemon>(config_,
                                            file_logger(config_.data_directory / "build.log"));
    url_ = own_->url();
}

ServerAtHand::~ServerAtHand() = default;

base::Path ServerAtHand::credentials_file() const {
    return daemon::DataLayout{config_.data_directory}.credentials();
}

}  // namespace goldsmith::cli
