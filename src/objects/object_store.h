// ObjectStore: buckets of named octets, as S3 has them. LocalObjects keeps them below the data
// directory, MemoryObjects is for tests; one conformance suite holds for all
// (object_conformance.h). For whatever reads and writes s3:// locations. Knows no accounts' rights:
// whoever calls has decided before.
//
// Thread-safe. Content flows through base::ByteSource, so that no call holds an object in memory.
// What cannot be done because of what is or is not there throws ObjectError; anything else thrown
// is a fault (disk, database, network).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/clock.h"
#include "base/error.h"

namespace goldsmith::objects {

enum class Problem {
    no_such_bucket,
    bucket_exists,
    bucket_not_empty,
    no_such_upload,
    invalid_part,         // completing names a part that is not there, or with another ETag
    part_order,           // parts are not in ascending order
    part_too_small,       // below 5 MiB, and not the last
    precondition_failed,  // if_match, if_none_match
    wrong_digest,         // the content is not what its digest says
    invalid_name,         // a bucket or key that cannot be
    refused,              // a remote store said no; the text has its reason
};

class ObjectError : public base::Error {
public:
    ObjectError(Problem problem, const std::string& message)
        : base::Error(message), problem_(problem) {}
    Problem problem() const noexcept { return problem_; }

private:
    Problem problem_;
};

struct BucketInfo {
    std::string name{};
    std::string account{};  // of its owner
    std::string region{};
    base::Time created{};
};

/// What an object is besides its content. Names of `metadata` are lower case, without x-amz-meta-.
struct ObjectAttributes {
    std::string content_type = "binary/octet-stream";
    std::map<std::string, std::string> headers{};  // cache-control, content-encoding, ...
    std::map<std::string, std::string> metadata{};
    bool operator==(const ObjectAttributes&) const = default;
};

struct ObjectInfo {
    std::string key{};
    std::uint64_t size_bytes = 0;
    std::string etag{};  // without quotes: MD5, or "<MD5 of MD5s>-<parts>"
    base::Time modified{};
    ObjectAttributes attributes{};  // empty in listings
};

struct PutOptions {
    ObjectAttributes attributes{};
    std::optional<std::string> if_match{};  // the ETag that must be there; "*": any
    bool if_absent = false;                 // only where there is no such object
    /// Raw digests by name (base/checksum.h) that the content must have.
    std::map<std::string, std::string> digests{};
};

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;  // what lies beyond the object's end is not given
};

struct OpenedObject {
    ObjectInfo info{};
    base::Octets content{};  // of the range, or of the whole object
};

struct ListRequest {
    std::string prefix{};
    std::string delimiter{};  // empty: every key
    std::string after{};      // begin behind this key or common prefix
    std::size_t limit = 1000;
};

struct Listing {
    std::vector<ObjectInfo> objects{};
    std::vector<std::string> prefixes{};  // common prefixes, each with its delimiter
    std::optional<std::string> next{};    // `after` of the next page
};

struct UploadInfo {
    std::string id{};
    std::string key{};
    base::Time begun{};
};

struct PartInfo {
    int number = 0;
    std::uint64_t size_bytes = 0;
    std::string etag{};
    base::Time modified{};
};

inline constexpr std::uint64_t smallest_part_bytes = 5ULL << 20;
inline constexpr int most_parts = 10'000;

class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    /// Throws bucket_exists, invalid_name.
    virtual void create_bucket(const BucketInfo& bucket) = 0;
    virtual std::optional<BucketInfo> find_bucket(const std::string& name) = 0;
    /// In order of names.
    virtual std::vector<BucketInfo> buckets() = 0;
    /// Throws no_such_bucket, bucket_not_empty. Unfinished uploads go with it.
    virtual void remove_bucket(const std::string& name) = 0;

    /// The object is there whole, durable, with its attributes, or not at all. Replaces one of the
    /// same key. Throws no_such_bucket, precondition_failed, wrong_digest, invalid_name.
    virtual ObjectInfo put(const std::string& bucket, const std::string& key,
                           base::ByteSource& content, const PutOptions& options) = 0;
    /// Nothing when there is no such object. Throws no_such_bucket.
    virtual std::optional<ObjectInfo> head(const std::string& bucket, const std::string& key) = 0;
    /// As head(). What was opened is read to its end even when the object is replaced meanwhile.
    virtual std::optional<OpenedObject> get(const std::string& bucket, const std::string& key,
                                            const std::optional<ByteRange>& range) = 0;
    /// In order of the keys' bytes. Throws no_such_bucket.
    virtual Listing list(const std::string& bucket, const ListRequest& request) = 0;
    /// False: there was none. Throws no_such_bucket.
    virtual bool remove(const std::string& bucket, const std::string& key) = 0;

    /// Uploads in parts; parts may come in any order and at once. All but begin_upload throw
    /// no_such_upload.
    virtual std::string begin_upload(const std::string& bucket, const std::string& key,
                                     const ObjectAttributes& attributes) = 0;
    virtual PartInfo put_part(const std::string& bucket, const std::string& key,
                              const std::string& upload, int number, base::ByteSource& content,
                              const std::map<std::string, std::string>& digests) = 0;
    /// `parts`: number and ETag of each, ascending.
    virtual ObjectInfo complete_upload(const std::string& bucket, const std::string& key,
                                       const std::string& upload,
                                       const std::vector<PartInfo>& parts,
                                       const PutOptions& conditions) = 0;
    virtual void abort_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload) = 0;
    virtual std::vector<PartInfo> parts(const std::string& bucket, const std::string& key,
                                        const std::string& upload) = 0;
    virtual std::vector<UploadInfo> uploads(const std::string& bucket) = 0;
};

}  // namespace goldsmith::objects
