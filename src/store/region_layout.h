#pragma once

#include <filesystem>

#include "store/ids.h"

// Where things stand in a region's directory; drawn in region_store.h. Internal to store/.
namespace goldsmith::store::layout {

using std::filesystem::path;

inline path packs(const path& root) {
    return root / "packs";
}
inline path snapshots(const path& root) {
    return root / "snapshots";
}
inline path images(const path& root) {
    return root / "images";
}
inline path pins(const path& root) {
    return root / "pins";
}
inline path temporary(const path& root) {
    return root / "tmp";
}
inline path writers_lock(const path& root) {
    return root / "writers.lock";
}
inline path snapshot(const path& root, const SnapshotId& id) {
    return snapshots(root) / (id.str() + ".manifest");
}
inline path image(const path& root, const ImageId& id) {
    return images(root) / (id.str() + ".json");
}

}  // namespace goldsmith::store::layout
