// The working folder of one import, and the mark that it is under way. Whoever finds one whose
// process is gone (killed, power cut) may take it away, with what that import left in a region:
// docs/formats/disk-images.md. Held by the process that imports; swept by every import and by gc.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::disk_images {

/// What an import is making: enough to find it after a crash.
struct ImportMark {
    std::string region;
    std::string token;  // its snapshot and image are named after it
};

class Scratch {
public:
    /// `parent` is <data directory>/imports. Throws base::Error when an import of this token is
    /// under way.
    Scratch(const base::Path& parent, const ImportMark& mark);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const base::Path& path() const { return path_; }

private:
    base::Path path_;
    std::optional<base::FileLock> lock_;
};

/// Whether a process is importing under this token now.
bool import_is_running(const base::Path& parent, const std::string& token);

/// Asks the process that imports under this token to stop. False: there is none.
bool stop_import(const base::Path& parent, const std::string& token);

/// Imports that are dead: what sweep_imports() would take away.
struct DeadImport {
    base::Path folder;
    /// Nothing: it died before it began to make anything.
    std::optional<ImportMark> mark;
};
std::vector<DeadImport> dead_imports(const base::Path& parent);

/// Removes what dead imports left: their folders and, where `is_known` does not know the image, the
/// manifests of their image and snapshot. Returns how many there were.
std::size_t sweep_imports(
    const base::Path& parent, store::RegionSet& regions,
    const std::function<bool(const std::string& region, const std::string& image)>& is_known);

}  // namespace goldsmith::disk_images
