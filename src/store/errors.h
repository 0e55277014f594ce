#pragma once

#include "base/error.h"
#include "store/ids.h"

// Failures of a store to which a caller may react. Everything else is base::Error or
// base::SystemError with the path in its message.
namespace goldsmith::store {

// A stored chunk does not have the content that its name promises (or cannot be decoded).
// The message names the chunk, the pack and, where one was being read, the snapshot.
class ChunkCorrupt : public base::Error {
    using base::Error::Error;
};

// A manifest refers to a chunk that no pack holds.
class ChunkMissing : public base::Error {
    using base::Error::Error;
};

class SnapshotNotFound : public base::Error {
    using base::Error::Error;
};

// An image still names the snapshot that was to be deleted.
class SnapshotInUse : public base::Error {
    using base::Error::Error;
};

class ImageNotFound : public base::Error {
    using base::Error::Error;
};

// A manifest file fails its checksum or its form.
class ManifestCorrupt : public base::Error {
    using base::Error::Error;
};

}  // namespace goldsmith::store
