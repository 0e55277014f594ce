#include "objects/local_objects.h"

#include <algorithm>

#include "base/encoding.h"
#include "db/database.h"
#include "objects/key_walk.h"
#include "objects/names.h"
#include "objects/rows.h"

namespace goldsmith::objects {

namespace {

BucketInfo info_of_bucket(const state::BucketRow& row) {
    return {row.name, row.owner.account, row.owner.region, time_of(row.created_ms)};
}

}  // namespace

LocalObjects::LocalObjects(db::Database& database, base::Path folder, base::Random& random,
                           const base::Clock& clock)
    : database_(database),
      random_(random),
      clock_(clock),
      files_(std::make_shared<ContentFiles>(std::move(folder), random)) {}

std::size_t LocalObjects::sweep() {
    const auto rows = database_.read(
        [](db::Connection& connection) { return state::object_files_in_use(connection); });
    std::set<std::string> in_use(rows.of_parts.begin(), rows.of_parts.end());
    for (const std::string& text : rows.of_objects) {
        for (const ContentFile& file : files_from_json(text)) {
            in_use.insert(file.name);
        }
    }
    return files_->sweep(in_use);
}

void LocalObjects::change(const std::function<void(db::Transaction&, Files&)>& work) {
    const Files freed = database_.write([&](db::Transaction& transaction) {
        Files list;
        work(transaction, list);
        return list;
    });
    for (const ContentFile& file : freed) {
        files_->discard(file.name);
    }
}

void LocalObjects::create_bucket(const BucketInfo& bucket) {
    check_bucket_name(bucket.name);
    const state::BucketRow row{
        bucket.name, {bucket.account, bucket.region}, to_ms(bucket.created), {}};
    if (!database_.write(
            [&](db::Transaction& transaction) { return state::insert_bucket(transaction, row); })) {
        throw ObjectError(Problem::bucket_exists,
                          "The requested bucket name is not available: a bucket of this name "
                          "exists.");
    }
}

std::optional<BucketInfo> LocalObjects::find_bucket(const std::string& name) {
    const auto row = database_.read(
        [&](db::Connection& connection) { return state::find_bucket(connection, name); });
    return row ? std::optional(info_of_bucket(*row)) : std::nullopt;
}

std::vector<BucketInfo> LocalObjects::buckets() {
    std::vector<BucketInfo> list;
    for (const auto& row : database_.read(
             [](db::Connection& connection) { return state::all_buckets(connection); })) {
        list.push_back(info_of_bucket(row));
    }
    return list;
}

void LocalObjects::remove_bucket(const std::string& name) {
    change([&](db::Transaction& transaction, Files& freed) {
        require_bucket(transaction, name);
        if (!state::objects_from(transaction, name, "", 1).empty()) {
            throw ObjectError(Problem::bucket_not_empty,
                              "The bucket you tried to delete is not empty");
        }
        for (const auto& upload : state::uploads_of(transaction, name)) {
            for (const auto& part : state::parts_of_upload(transaction, upload.id)) {
                freed.push_back({part.file, 0});
            }
            state::erase_upload(transaction, upload.id);
        }
        state::erase_bucket(transaction, name);
    });
}

ContentFiles::Added LocalObjects::add(base::ByteSource& content,
                                      const std::map<std::string, std::string>& digests) {
    std::vector<std::string> names{"md5"};
    for (const auto& [name, digest] : digests) {
        names.push_back(name);
    }
    auto added = files_->add(content, names);
    try {
        check_digests(digests, added.digests);
    } catch (...) {
        files_->discard(added.file.name);
        throw;
    }
    return added;
}

void LocalObjects::replace(db::Transaction& transaction, const state::ObjectRow& row,
                           const PutOptions& conditions, Files& replaced) {
    const auto old = state::find_object(transaction, row.bucket, row.key);
    check_conditions(conditions, old ? std::optional(old->etag) : std::nullopt);
    if (old) {
        const auto files = files_from_json(old->files);
        replaced.insert(replaced.end(), files.begin(), files.end());
    }
    state::put_object(transaction, row);
}

ObjectInfo LocalObjects::put(const std::string& bucket, const std::string& key,
                             base::ByteSource& content, const PutOptions& options) {
    check_key(key);
    database_.read([&](db::Connection& connection) { require_bucket(connection, bucket); });
    const auto added = add(content, options.digests);
    const state::ObjectRow row{bucket,
                               key,
                               static_cast<std::int64_t>(added.file.size_bytes),
                               base::hex_encode(added.digests.at("md5")),
                               to_ms(clock_.now()),
                               to_json_text(options.attributes),
                               to_json_text(std::vector{added.file})};
    try {
        change([&](db::Transaction& transaction, Files& freed) {
            require_bucket(transaction, bucket);
            replace(transaction, row, options, freed);
        });
    } catch (const ObjectError&) {
        files_->discard(added.file.name);
        throw;
    }
    return info_of(row);
}

std::optional<ObjectInfo> LocalObjects::head(const std::string& bucket, const std::string& key) {
    const auto row = database_.read([&](db::Connection& connection) {
        require_bucket(connection, bucket);
        return state::find_object(connection, bucket, key);
    });
    return row ? std::optional(info_of(*row)) : std::nullopt;
}

std::optional<OpenedObject> LocalObjects::get(const std::string& bucket, const std::string& key,
                                              const std::optional<ByteRange>& range) {
    // Between reading the row and opening its files the object may be replaced: look again then.
    for (int attempt = 0;; ++attempt) {
        const auto row = database_.read([&](db::Connection& connection) {
            require_bucket(connection, bucket);
            return state::find_object(connection, bucket, key);
        });
        if (!row) {
            return std::nullopt;
        }
        const auto size = static_cast<std::uint64_t>(row->size_bytes);
        const std::uint64_t first = range ? std::min(range->first, size) : 0;
        const std::uint64_t length = range ? std::min(range->length, size - first) : size;
        try {
            return OpenedObject{info_of(*row),
                                files_->open(files_from_json(row->files), first, length)};
        } catch (const base::SystemError&) {
            if (attempt == 3) {
                throw;
            }
        }
    }
}

Listing LocalObjects::list(const std::string& bucket, const ListRequest& request) {
    return database_.read([&](db::Connection& connection) {
        require_bucket(connection, bucket);
        return walk_keys(request, [&](const std::string& from, int limit) {
            std::vector<ObjectInfo> list;
            for (const auto& row : state::objects_from(connection, bucket, from, limit)) {
                list.push_back(info_of(row));
            }
            return list;
        });
    });
}

bool LocalObjects::remove(const std::string& bucket, const std::string& key) {
    bool found = false;
    change([&](db::Transaction& transaction, Files& freed) {
        require_bucket(transaction, bucket);
        const auto row = state::find_object(transaction, bucket, key);
        found = row.has_value();
        if (row) {
            freed = files_from_json(row->files);
            state::erase_object(transaction, bucket, key);
        }
    });
    return found;
}

}  // namespace goldsmith::objects
