#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "store/region_store.h"

// The regions of one server: `<root>/<region name>/` each a RegionStore, opened when first used.
// Used by services, actions and the command line. Thread-safe.
namespace goldsmith::store {

class RegionSet {
public:
    RegionSet(std::filesystem::path root, std::vector<std::string> names,
              StoreOptions options = {});

    const std::vector<std::string>& names() const { return names_; }
    bool has(std::string_view region) const;
    // Lives as long as this object. Throws base::Error when there is no such region.
    RegionStore& at(std::string_view region);

private:
    using Stores = std::map<std::string, std::unique_ptr<RegionStore>, std::less<>>;

    std::filesystem::path root_;
    std::vector<std::string> names_;
    StoreOptions options_;
    base::Guarded<Stores> stores_;
};

}  // namespace goldsmith::store
