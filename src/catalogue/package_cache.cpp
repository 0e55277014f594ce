#include "catalogue/package_cache.h"

#include <set>

namespace goldsmith::catalogue {

std::string archive_prefix(const InstalledPackage& package) {
    std::string version;
    for (const char c : package.version) {
        if (c == ':') {
            version += "%3a";
        } else {
            version += c;
        }
    }
    return package.name + "_" + version + "_";
}

void prune_package_cache(const base::Path& folder, const std::vector<InstalledPackage>& used) {
    std::set<std::string> prefixes;
    for (const auto& package : used)
        prefixes.insert(archive_prefix(package));
    for (const auto& name : base::list_directory(folder)) {
        if (!name.ends_with(".deb"))
            continue;
        const auto architecture = name.rfind('_');
        const auto prefix =
            name.substr(0, architecture == std::string::npos ? 0 : architecture + 1);
        if (!prefixes.contains(prefix))
            base::remove_tree(folder / name);
    }
}

}  // namespace goldsmith::catalogue
