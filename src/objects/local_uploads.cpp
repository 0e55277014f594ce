// Uploads in parts: each part is a file, and completing makes an object of those files without
// copying a byte.
#include <algorithm>

#include "base/encoding.h"
#include "db/database.h"
#include "objects/local_objects.h"
#include "objects/names.h"
#include "objects/part_rules.h"
#include "objects/rows.h"

namespace goldsmith::objects {

namespace {

PartInfo info_of(const state::UploadPartRow& row) {
    return {row.number, static_cast<std::uint64_t>(row.size_bytes), row.etag,
            time_of(row.modified_ms)};
}

std::vector<PartInfo> infos_of(const std::vector<state::UploadPartRow>& rows) {
    std::vector<PartInfo> list;
    for (const auto& row : rows) {
        list.push_back(info_of(row));
    }
    return list;
}

}  // namespace

std::string LocalObjects::begin_upload(const std::string& bucket, const std::string& key,
                                       const ObjectAttributes& attributes) {
    check_key(key);
    const state::UploadRow row{base::make_uuid(random_), bucket, key, to_ms(clock_.now()),
                               to_json_text(attributes)};
    database_.write([&](db::Transaction& transaction) {
        require_bucket(transaction, bucket);
        state::insert_upload(transaction, row);
    });
    return row.id;
}

PartInfo LocalObjects::put_part(const std::string& bucket, const std::string& key,
                                const std::string& upload, int number, base::ByteSource& content,
                                const std::map<std::string, std::string>& digests) {
    database_.read([&](db::Connection& connection) {
        require_bucket(connection, bucket);
        require_upload(connection, bucket, key, upload);
    });
    const auto added = add(content, digests);
    const state::UploadPartRow row{upload,
                                   number,
                                   static_cast<std::int64_t>(added.file.size_bytes),
                                   base::hex_encode(added.digests.at("md5")),
                                   to_ms(clock_.now()),
                                   added.file.name};
    try {
        change([&](db::Transaction& transaction, Files& freed) {
            require_upload(transaction, bucket, key, upload);
            for (const auto& part : state::parts_of_upload(transaction, upload)) {
                if (part.number == number) {
                    freed.push_back({part.file, 0});
                }
            }
            state::put_upload_part(transaction, row);
        });
    } catch (const ObjectError&) {
        files_->discard(added.file.name);
        throw;
    }
    return info_of(row);
}

ObjectInfo LocalObjects::complete_upload(const std::string& bucket, const std::string& key,
                                         const std::string& upload,
                                         const std::vector<PartInfo>& parts,
                                         const PutOptions& conditions) {
    state::ObjectRow object;
    change([&](db::Transaction& transaction, Files& freed) {
        require_bucket(transaction, bucket);
        const auto begun = require_upload(transaction, bucket, key, upload);
        const auto rows = state::parts_of_upload(transaction, upload);
        const auto chosen = chosen_parts(infos_of(rows), parts);
        Files files;
        std::int64_t size = 0;
        for (const auto& row : rows) {
            const ContentFile file{row.file, static_cast<std::uint64_t>(row.size_bytes)};
            if (std::ranges::find(chosen, row.number, &PartInfo::number) != chosen.end()) {
                files.push_back(file);
                size += row.size_bytes;
            } else {
                freed.push_back(file);
            }
        }
        object = {bucket,
                  key,
                  size,
                  etag_of_parts(chosen),
                  to_ms(clock_.now()),
                  begun.attributes,
                  to_json_text(files)};
        replace(transaction, object, conditions, freed);
        state::erase_upload(transaction, upload);
    });
    return objects::info_of(object);
}

void LocalObjects::abort_upload(const std::string& bucket, const std::string& key,
                                const std::string& upload) {
    change([&](db::Transaction& transaction, Files& freed) {
        require_bucket(transaction, bucket);
        require_upload(transaction, bucket, key, upload);
        for (const auto& part : state::parts_of_upload(transaction, upload)) {
            freed.push_back({part.file, 0});
        }
        state::erase_upload(transaction, upload);
    });
}

std::vector<PartInfo> LocalObjects::parts(const std::string& bucket, const std::string& key,
                                          const std::string& upload) {
    return infos_of(database_.read([&](db::Connection& connection) {
        require_bucket(connection, bucket);
        require_upload(connection, bucket, key, upload);
        return state::parts_of_upload(connection, upload);
    }));
}

std::vector<UploadInfo> LocalObjects::uploads(const std::string& bucket) {
    std::vector<UploadInfo> list;
    for (const auto& row : database_.read([&](db::Connection& connection) {
             require_bucket(connection, bucket);
             return state::uploads_of(connection, bucket);
         })) {
        list.push_back({row.id, row.key, time_of(row.begun_ms)});
    }
    return list;
}

}  // namespace goldsmith::objects
