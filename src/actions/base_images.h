// BaseImages: the managed parents of builds. The first build on a managed image that this server
// does not have yet pulls it: in a process of its own, so that the work and its memory are not the
// daemon's, once for everybody who waits. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/files.h"
#include "base/guarded.h"
#include "base/process.h"
#include "store/image_manifest.h"

namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::actions {

struct BaseImageReady {
    store::ImageManifest image;
};
/// Being made; ask again. `progress` is its newest line.
struct BaseImagePulling {
    std::string progress;
};
struct BaseImageFailed {
    std::string message;
};
using BaseImageState = std::variant<BaseImageReady, BaseImagePulling, BaseImageFailed>;

class BaseImages {
public:
    /// `pull_command` gives the process that pulls an entry into a region. `pulled` is called once
    /// after each successful pull, so that the image becomes visible in the API.
    BaseImages(store::RegionSet& regions, base::Path data_directory,
               std::function<base::Command(const std::string& name, const std::string& region)>
                   pull_command,
               std::function<void()> pulled);
    ~BaseImages();

    /// The newest version of `name` matching `version` ("12.x.x") in `region`; starts a pull when
    /// there is none. A failed pull is tried again by the next call after its failure was told.
    BaseImageState get(const std::string& name, const std::string& version,
                       const std::string& region);

private:
    struct Pull;
    using Pulls = std::map<std::string, std::unique_ptr<Pull>>;

    std::variant<std::monostate, BaseImageReady> find(const std::string& name,
                                                      const std::string& version,
                                                      const std::string& region);

    store::RegionSet& regions_;
    base::Path data_directory_;
    std::function<base::Command(const std::string&, const std::string&)> pull_command_;
    std::function<void()> pulled_;
    base::Guarded<Pulls> pulls_;
};

}  // namespace goldsmith::actions
