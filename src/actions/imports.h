// Imports: disk images from elsewhere as AMIs, for the step action RegisterImage and for EC2's
// import tasks. The work is a process (disk_images/jobs.h); this starts it, follows it and, when
// the image is in the store, writes its rows. Everything follows from the order's token, so any
// call may be repeated after a crash. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "base/files.h"
#include "store/image_manifest.h"

namespace goldsmith::db {
class Database;
}
namespace goldsmith::disk_images {
class ImageJobs;
}
namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::actions {

struct ImportOrder {
    std::string token;
    std::string region;
    std::string owner;
    std::string location;  ///< http(s) URL
    std::string format;    ///< as `image import --format` takes it; empty: by name and content
    std::string name;
    std::string description;
    std::string architecture;  ///< empty: as found
    std::string boot_mode;     ///< empty: as found
    std::map<std::string, std::string> tags;
};

struct ImportRunning {
    std::string stage;  ///< "converting: 40%"
};
struct ImportDone {
    store::ImageManifest image;
};
struct ImportFailed {
    std::string message;
};
using ImportState = std::variant<ImportRunning, ImportDone, ImportFailed>;

/// Pure: what `goldsmith` is started with.
std::vector<std::string> import_arguments(const ImportOrder& order,
                                          const base::Path& data_directory);

class Imports {
public:
    Imports(db::Database& database, store::RegionSet& regions, disk_images::ImageJobs& jobs,
            base::Path data_directory)
        : database_(database),
          regions_(regions),
          jobs_(jobs),
          data_directory_(std::move(data_directory)) {}

    ImportState advance(const ImportOrder& order);
    /// Asks it to stop. True: nothing runs any more, and what it had put into the store is gone.
    bool cancel(const ImportOrder& order);

private:
    db::Database& database_;
    store::RegionSet& regions_;
    disk_images::ImageJobs& jobs_;
    base::Path data_directory_;
};

}  // namespace goldsmith::actions
