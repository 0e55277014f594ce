// MemoryObjects: buckets in memory, for tests of what uses an ObjectStore. Thread-safe.
#pragma once

#include <map>

#include "base/guarded.h"
#include "objects/object_store.h"

namespace goldsmith::objects {

class MemoryObjects final : public ObjectStore {
public:
    /// The clock must outlive the object.
    explicit MemoryObjects(const base::Clock& clock) : clock_(clock) {}

    void create_bucket(const BucketInfo& bucket) override;
    std::optional<BucketInfo> find_bucket(const std::string& name) override;
    std::vector<BucketInfo> buckets() override;
    void remove_bucket(const std::string& name) override;
    ObjectInfo put(const std::string& bucket, const std::string& key, base::ByteSource& content,
                   const PutOptions& options) override;
    std::optional<ObjectInfo> head(const std::string& bucket, const std::string& key) override;
    std::optional<OpenedObject> get(const std::string& bucket, const std::string& key,
                                    const std::optional<ByteRange>& range) override;
    Listing list(const std::string& bucket, const ListRequest& request) override;
    bool remove(const std::string& bucket, const std::string& key) override;
    std::string begin_upload(const std::string& bucket, const std::string& key,
                             const ObjectAttributes& attributes) override;
    PartInfo put_part(const std::string& bucket, const std::string& key, const std::string& upload,
                      int number, base::ByteSource& content,
                      const std::map<std::string, std::string>& digests) override;
    ObjectInfo complete_upload(const std::string& bucket, const std::string& key,
                               const std::string& upload, const std::vector<PartInfo>& parts,
                               const PutOptions& conditions) override;
    void abort_upload(const std::string& bucket, const std::string& key,
                      const std::string& upload) override;
    std::vector<PartInfo> parts(const std::string& bucket, const std::string& key,
                                const std::string& upload) override;
    std::vector<UploadInfo> uploads(const std::string& bucket) override;

private:
    struct Object {
        ObjectInfo info;
        std::string content;
    };
    struct Part {
        PartInfo info;
        std::string content;
    };
    struct Upload {
        UploadInfo info;
        ObjectAttributes attributes;
        std::map<int, Part> parts;
    };
    struct Bucket {
        BucketInfo info;
        std::map<std::string, Object> objects;
        std::map<std::string, Upload> uploads;
    };
    using Buckets = std::map<std::string, Bucket>;

    static Bucket& bucket_of(Buckets& buckets, const std::string& name);
    static Upload& upload_of(Buckets& buckets, const std::string& bucket, const std::string& key,
                             const std::string& upload);
    ObjectInfo store(Bucket& bucket, Object object, const PutOptions& options) const;

    const base::Clock& clock_;
    base::Guarded<Buckets> buckets_;
};

}  // namespace goldsmith::objects
