#include "objects/memory_objects.h"

#include <algorithm>
#include <atomic>

#include "base/checksum.h"
#include "base/encoding.h"
#include "objects/key_walk.h"
#include "objects/names.h"
#include "objects/part_rules.h"
#include "objects/rows.h"

namespace goldsmith::objects {

namespace {

constexpr std::uint64_t most_bytes = 1ULL << 30;

std::string digest_of(const std::string& name, const std::string& content) {
    const auto checksum = base::make_checksum(name);
    checksum->update(content);
    return checksum->finish();
}

/// The content, after its digests were checked.
std::string taken(base::ByteSource& source, const std::map<std::string, std::string>& digests) {
    std::string content = base::read_source(source, most_bytes);
    std::map<std::string, std::string> computed;
    for (const auto& [name, digest] : digests) {
        computed[name] = digest_of(name, content);
    }
    check_digests(digests, computed);
    return content;
}

std::string md5_of(const std::string& content) {
    return base::hex_encode(digest_of("md5", content));
}

}  // namespace

MemoryObjects::Bucket& MemoryObjects::bucket_of(Buckets& buckets, const std::string& name) {
    const auto found = buckets.find(name);
    if (found == buckets.end()) {
        throw ObjectError(Problem::no_such_bucket, "The specified bucket does not exist");
    }
    return found->second;
}

MemoryObjects::Upload& MemoryObjects::upload_of(Buckets& buckets, const std::string& bucket,
                                                const std::string& key, const std::string& upload) {
    auto& uploads = bucket_of(buckets, bucket).uploads;
    const auto found = uploads.find(upload);
    if (found == uploads.end() || found->second.info.key != key) {
        throw ObjectError(Problem::no_such_upload, "The specified upload does not exist.");
    }
    return found->second;
}

void MemoryObjects::create_bucket(const BucketInfo& bucket) {
    check_bucket_name(bucket.name);
    if (!buckets_.lock()->try_emplace(bucket.name, Bucket{bucket, {}, {}}).second) {
        throw ObjectError(Problem::bucket_exists, "The requested bucket name is not available");
    }
}

std::optional<BucketInfo> MemoryObjects::find_bucket(const std::string& name) {
    auto buckets = buckets_.lock();
    const auto found = buckets->find(name);
    return found == buckets->end() ? std::nullopt : std::optional(found->second.info);
}

std::vector<BucketInfo> MemoryObjects::buckets() {
    std::vector<BucketInfo> list;
    for (const auto& [name, bucket] : *buckets_.lock()) {
        list.push_back(bucket.info);
    }
    return list;
}

void MemoryObjects::remove_bucket(const std::string& name) {
    auto buckets = buckets_.lock();
    if (!bucket_of(*buckets, name).objects.empty()) {
        throw ObjectError(Problem::bucket_not_empty, "The bucket you tried to delete is not empty");
    }
    buckets->erase(name);
}

ObjectInfo MemoryObjects::store(Bucket& bucket, Object object, const PutOptions& options) const {
    const auto old = bucket.objects.find(object.info.key);
    check_conditions(
        options, old == bucket.objects.end() ? std::nullopt : std::optional(old->second.info.etag));
    object.info.modified = clock_.now();
    object.info.size_bytes = object.content.size();
    const ObjectInfo info = object.info;
    bucket.objects[info.key] = std::move(object);
    return info;
}

ObjectInfo MemoryObjects::put(const std::string& bucket, const std::string& key,
                              base::ByteSource& content, const PutOptions& options) {
    check_key(key);
    Object object;
    object.content = taken(content, options.digests);
    object.info.key = key;
    object.info.etag = md5_of(object.content);
    object.info.attributes = options.attributes;
    auto buckets = buckets_.lock();
    return store(bucket_of(*buckets, bucket), std::move(object), options);
}

std::optional<ObjectInfo> MemoryObjects::head(const std::string& bucket, const std::string& key) {
    auto buckets = buckets_.lock();
    const auto& objects = bucket_of(*buckets, bucket).objects;
    const auto found = objects.find(key);
    return found == objects.end() ? std::nullopt : std::optional(found->second.info);
}

std::optional<OpenedObject> MemoryObjects::get(const std::string& bucket, const std::string& key,
                                               const std::optional<ByteRange>& range) {
    auto buckets = buckets_.lock();
    const auto& objects = bucket_of(*buckets, bucket).objects;
    const auto found = objects.find(key);
    if (found == objects.end()) {
        return std::nullopt;
    }
    const std::string& content = found->second.content;
    const std::uint64_t first = range ? std::min<std::uint64_t>(range->first, content.size()) : 0;
    return OpenedObject{found->second.info, base::octets_of(content.substr(
                                                first, range ? range->length : std::string::npos))};
}

Listing MemoryObjects::list(const std::string& bucket, const ListRequest& request) {
    auto buckets = buckets_.lock();
    const auto& objects = bucket_of(*buckets, bucket).objects;
    return walk_keys(request, [&](const std::string& from, int limit) {
        std::vector<ObjectInfo> list;
        for (auto at = objects.lower_bound(from); at != objects.end() && limit > 0; ++at, --limit) {
            list.push_back(at->second.info);
            list.back().attributes = {};
        }
        return list;
    });
}

bool MemoryObjects::remove(const std::string& bucket, const std::string& key) {
    auto buckets = buckets_.lock();
    return bucket_of(*buckets, bucket).objects.erase(key) > 0;
}

std::string MemoryObjects::begin_upload(const std::string& bucket, const std::string& key,
                                        const ObjectAttributes& attributes) {
    check_key(key);
    auto buckets = buckets_.lock();
    auto& uploads = bucket_of(*buckets, bucket).uploads;
    static std::atomic<int> next = 0;
    const std::string id = "upload-" + std::to_string(++next);
    uploads[id] = {{id, key, clock_.now()}, attributes, {}};
    return id;
}

PartInfo MemoryObjects::put_part(const std::string& bucket, const std::string& key,
                                 const std::string& upload, int number, base::ByteSource& content,
                                 const std::map<std::string, std::string>& digests) {
    std::string text = taken(content, digests);
    const PartInfo info{number, text.size(), md5_of(text), clock_.now()};
    auto buckets = buckets_.lock();
    upload_of(*buckets, bucket, key, upload).parts[number] = {info, std::move(text)};
    return info;
}

ObjectInfo MemoryObjects::complete_upload(const std::string& bucket, const std::string& key,
                                          const std::string& upload,
                                          const std::vector<PartInfo>& parts,
                                          const PutOptions& conditions) {
    auto buckets = buckets_.lock();
    auto& begun = upload_of(*buckets, bucket, key, upload);
    std::vector<PartInfo> there;
    for (const auto& [number, part] : begun.parts) {
        there.push_back(part.info);
    }
    const auto chosen = chosen_parts(there, parts);
    Object object;
    object.info.key = key;
    object.info.etag = etag_of_parts(chosen);
    object.info.attributes = begun.attributes;
    for (const PartInfo& part : chosen) {
        object.content += begun.parts.at(part.number).content;
    }
    auto& owner = bucket_of(*buckets, bucket);
    const ObjectInfo info = store(owner, std::move(object), conditions);
    owner.uploads.erase(upload);
    return info;
}

void MemoryObjects::abort_upload(const std::string& bucket, const std::string& key,
                                 const std::string& upload) {
    auto buckets = buckets_.lock();
    upload_of(*buckets, bucket, key, upload);
    bucket_of(*buckets, bucket).uploads.erase(upload);
}

std::vector<PartInfo> MemoryObjects::parts(const std::string& bucket, const std::string& key,
                                           const std::string& upload) {
    auto buckets = buckets_.lock();
    std::vector<PartInfo> list;
    for (const auto& [number, part] : upload_of(*buckets, bucket, key, upload).parts) {
        list.push_back(part.info);
    }
    return list;
}

std::vector<UploadInfo> MemoryObjects::uploads(const std::string& bucket) {
    auto buckets = buckets_.lock();
    std::vector<UploadInfo> list;
    for (const auto& [id, upload] : bucket_of(*buckets, bucket).uploads) {
        list.push_back(upload.info);
    }
    return list;
}

}  // namespace goldsmith::objects
