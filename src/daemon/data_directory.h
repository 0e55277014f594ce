// DataDirectory: the folder that holds everything a server keeps, and the right to use it. One
// server at a time: the lock ends with the process, however it ends. Used by the daemon and the
// command line.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"

namespace goldsmith::daemon {

/// Where things are below a data directory. Pure.
struct DataLayout {
    base::Path root;

    base::Path credentials() const { return root / "credentials"; }
    base::Path database() const { return root / "goldsmith.db"; }
    base::Path stores() const { return root / "stores"; }
    base::Path cache() const { return root / "cache"; }
    /// Saved for warm starts; runners find it beside the cache.
    base::Path machines() const { return root / "machines"; }
    base::Path instances() const { return root / "instances"; }
    base::Path runs() const { return root / "runs"; }
    base::Path imports() const { return root / "imports"; }
    base::Path audit() const { return root / "audit"; }
    base::Path tls() const { return root / "tls"; }
    base::Path logs() const { return root / "logs"; }
    base::Path capsules() const { return root / "capsules"; }
    base::Path lock() const { return root / "lock"; }
    /// The URL of the server that holds the lock.
    base::Path endpoint() const { return root / "endpoint"; }
};

class DataDirectory {
public:
    /// Creates the folder (mode 0700) and takes the lock. Throws base::Error when another server
    /// holds it.
    explicit DataDirectory(const base::Path& root);
    ~DataDirectory();

    const DataLayout& layout() const { return layout_; }
    /// Tells others where this server answers.
    void publish_endpoint(const std::string& url);

private:
    DataLayout layout_;
    base::FileLock lock_;
};

/// The URL of the server that uses this folder now; nothing when none does.
std::optional<std::string> running_server(const base::Path& root);

/// The folder when none is named: $GOLDSMITH_DATA_DIR, /var/lib/goldsmith for root, else below the
/// user's data folder.
base::Path default_data_directory();

}  // namespace goldsmith::daemon
