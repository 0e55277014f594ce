#include "contents/image_contents.h"

#include "base/error.h"
#include "store/disk_reader.h"
#include "store/partition_table.h"

namespace goldsmith::contents {

namespace {

constexpr std::uint64_t kMaxDatabase = 256ULL << 20;

void read_packages(const ExtFiles& root, ImageContents& contents) {
    struct Database {
        const char* manager;
        const char* path;
        Packages (*parse)(std::string_view);
    };
    constexpr Database databases[] = {{"dpkg", "/var/lib/dpkg/status", packages_of_dpkg},
                                      {"apk", "/lib/apk/db/installed", packages_of_apk},
                                      {"apk", "/usr/lib/apk/db/installed", packages_of_apk}};
    for (const Database& database : databases) {
        const auto file = contents.files.find(database.path);
        if (file == contents.files.end() || !file->second.is_file()) {
            continue;
        }
        const auto text = root.read(file->second, kMaxDatabase);
        if (text) {
            contents.package_manager = database.manager;
            contents.packages = database.parse(*text);
            return;
        }
    }
}

}  // namespace

ExtFiles open_root(const base::Path& raw_disk, std::stop_token stop) {
    const auto disk = store::open_raw_disk(raw_disk);
    const auto root = store::find_root_partition(store::read_partition_table(*disk), *disk);
    if (!root) {
        throw base::Error("there is no root file system on it");
    }
    const auto kind = store::probe_file_system(*disk, root->offset);
    if (kind != store::FileSystemKind::ext) {
        throw base::Error(std::string("its root file system is ") + store::name_of(kind) +
                          ": only ext2, ext3 and ext4 can be looked into");
    }
    return ExtFiles(raw_disk, root->offset, std::move(stop));
}

ImageContents read_contents(const ExtFiles& root) {
    ImageContents contents;
    contents.files = root.list();
    read_packages(root, contents);
    contents.units = units_in(contents.files);
    return contents;
}

}  // namespace goldsmith::contents
