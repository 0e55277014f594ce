// Daemon: the server. Builds the object graph, starts the threads, takes them down in order. Used
// by `goldsmith serve`, and by `goldsmith build`, which runs one for itself. One thread owns it.
//
// Stopping leaves running builds alive: their machines belong to their runners, and the next start
// goes on from the last event.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "daemon/config.h"
#include "daemon/data_directory.h"

namespace goldsmith::daemon {

class Daemon {
public:
    /// Answers requests when the constructor returns. Throws base::Error for what cannot work: a
    /// folder in use, a port taken, a database of a newer version.
    Daemon(Config config, base::Logger log);
    /// Stops, at most 5 s.
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Takes the TLS certificate anew from its files, after renewing one of our own that is due.
    /// Throws base::Error and goes on with what it has when that is not possible.
    void reload();

    /// "http://127.0.0.1:41234"
    std::string url() const;
    const DataLayout& layout() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace goldsmith::daemon
