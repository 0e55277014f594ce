// LocalObjects: the buckets of a server without an object store. Rows in the database name files
// below a folder of the data directory (docs/formats/objects.md). An object appears, is replaced or
// goes with one transaction; what a killed process left without a row is deleted at the next start.
#pragma once

#include <functional>
#include <memory>

#include "objects/content_files.h"
#include "objects/object_store.h"
#include "state/objects.h"

namespace goldsmith::db {
class Connection;
class Database;
class Transaction;
}  // namespace goldsmith::db

namespace goldsmith::objects {

class LocalObjects final : public ObjectStore {
public:
    /// The references must outlive the object. One object per folder.
    LocalObjects(db::Database& database, base::Path folder, base::Random& random,
                 const base::Clock& clock);

    /// Where bodies of requests should be received, so that they need not be copied.
    const base::Path& folder() const { return files_->folder(); }
    /// Deletes files that no row names. Only while nothing is put. Returns how many.
    std::size_t sweep();

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
    using Files = std::vector<ContentFile>;

    ContentFiles::Added add(base::ByteSource& content,
                            const std::map<std::string, std::string>& digests);
    void replace(db::Transaction& transaction, const state::ObjectRow& row,
                 const PutOptions& conditions, Files& replaced);
    /// Commits, then deletes what the transaction put into its argument.
    void change(const std::function<void(db::Transaction&, Files& freed)>& work);

    db::Database& database_;
    base::Random& random_;
    const base::Clock& clock_;
    std::shared_ptr<ContentFiles> files_;
};

}  // namespace goldsmith::objects
