#include "store/region_set.h"

#include <algorithm>

#include "base/error.h"

namespace goldsmith::store {

RegionSet::RegionSet(std::filesystem::path root, std::vector<std::string> names,
                     StoreOptions options)
    : root_(std::move(root)), names_(std::move(names)), options_(std::move(options)) {}

bool RegionSet::has(std::string_view region) const {
    return std::find(names_.begin(), names_.end(), region) != names_.end();
}

RegionStore& RegionSet::at(std::string_view region) {
    if (!has(region)) {
        std::string known;
        for (const std::string& name : names_) {
            known += (known.empty() ? "" : ", ") + name;
        }
        throw base::Error("this server has no region '" + std::string(region) + "' (it has " +
                          known + "; the configuration's 'regions' adds one)");
    }
    auto stores = stores_.lock();
    auto& store = (*stores)[std::string(region)];
    if (!store) {
        store = std::make_unique<RegionStore>(root_ / region, options_);
    }
    return *store;
}

}  // namespace goldsmith::store
