// seed_image: puts a small AMI into a data directory before a server uses it, so that builds with
// the fake driver have something to start from without a base image being made.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/amis.h"
#include "state/migrations.h"
#include "store/disk_reader.h"
#include "store/ingest.h"
#include "store/region_set.h"

namespace {

using namespace goldsmith;
namespace fs = std::filesystem;

constexpr auto region = "us-east-1";
constexpr auto account = "123456789012";
constexpr std::uint64_t disk_bytes = 1ULL << 30;

store::ImageManifest put_image(const fs::path& root) {
    const fs::path raw = root / "seed.raw";
    std::string bytes(4096, '\0');
    bytes[1080] = '\x53';  // the mark of an ext4 file system: a runner looks for a root to start
    bytes[1081] = '\xef';
    std::ofstream(raw, std::ios::binary) << bytes;
    fs::resize_file(raw, disk_bytes);
    store::RegionSet regions(root / "stores", {region});
    store::RegionStore& store = regions.at(region);
    const auto snapshot = store::SnapshotId::from_token("seed");
    store::ingest(store, *store::open_raw_disk(raw), {.id = snapshot, .extents = {{0, 4096}}});
    fs::remove(raw);
    store::ImageManifest image{.id = store::ImageId::from_token("seed"), .name = "seed image"};
    image.block_devices = {
        {.device_name = "/dev/xvda", .snapshot = snapshot, .volume_size_gib = 1}};
    store.put_image(image);
    return image;
}

void put_rows(const fs::path& root, const store::ImageManifest& image) {
    const auto database = db::sqlite::open({.path = (root / "goldsmith.db").string()});
    db::migrate(*database, state::migrations());
    database->write([&](db::Transaction& transaction) {
        state::SnapshotRow snapshot{.region = region,
                                    .snapshot_id = image.root_device().snapshot.str(),
                                    .owner = account,
                                    .volume_size_gib = 1};
        state::insert_snapshot(transaction, snapshot);
        state::AmiRow ami{.region = region,
                          .image_id = image.id.str(),
                          .owner = account,
                          .name = image.name,
                          .root_device_name = image.root_device_name,
                          .devices = {{image.root_device_name, snapshot.snapshot_id, 1}}};
        state::insert_ami(transaction, ami);
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: seed_image DATA_DIR\nprints the AMI's id\n", stderr);
        return 2;
    }
    const fs::path root(argv[1]);
    fs::create_directories(root);
    const auto image = put_image(root);
    put_rows(root, image);
    std::puts(image.id.str().c_str());
    return 0;
}
