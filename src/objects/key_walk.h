// One page of a listing, with prefix and delimiter, over keys that are read in order. Used by the
// stores that have their own index.
#pragma once

#include <functional>

#include "objects/object_store.h"

namespace goldsmith::objects {

/// Up to `limit` objects in order of the keys' bytes, from the first whose key is not before
/// `from`.
using KeysFrom = std::function<std::vector<ObjectInfo>(const std::string& from, int limit)>;

Listing walk_keys(const ListRequest& request, const KeysFrom& keys_from);

}  // namespace goldsmith::objects
