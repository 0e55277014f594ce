#include "store/fsck.h"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/files.h"
#include "store/chunk_store.h"
#include "store/live_chunks.h"
#include "store/parallel.h"

namespace goldsmith::store {

namespace {

using std::filesystem::path;

class Check {
public:
    explicit Check(const RegionStore& region) : region_(region) {}

    FsckReport run() {
        region_.chunks().refresh();
        read_manifests();
        read_packs();
        find_missing();
        read_images();
        std::sort(report_.problems.begin(), report_.problems.end(),
                  [](const FsckProblem& a, const FsckProblem& b) {
                      return std::tie(a.kind, a.subject) < std::tie(b.kind, b.subject);
                  });
        return std::move(report_);
    }

private:
    using Kind = FsckProblem::Kind;

    void problem(Kind kind, std::string subject, std::string detail) {
        report_.problems.push_back({kind, std::move(subject), std::move(detail)});
    }

    void read_manifests() {
        visit_manifests(
            region_,
            [this](const path& file, const SnapshotManifest& manifest) {
                if (file.stem().string() != manifest.id.str() && file.extension() == ".manifest") {
                    problem(Kind::corrupt_manifest, file.string(),
                            "the file holds the manifest of " + manifest.id.str());
                }
                ++report_.snapshots;
                for (const BlockRef& ref : manifest.blocks) {
                    users_[ref.chunk].insert(manifest.id.str());
                }
            },
            [this](const path& file, const std::string& reason) {
                problem(Kind::corrupt_manifest, file.string(), reason);
            });
    }

    // "snap-1, snap-2 and 3 more need it"
    std::string who_needs(const ChunkId& id) const {
        const auto found = users_.find(id);
        if (found == users_.end()) {
            return "no snapshot needs it: gc removes it";
        }
        constexpr std::size_t kNamed = 5;
        std::string names;
        std::size_t count = 0;
        for (const std::string& name : found->second) {
            if (count++ < kNamed) {
                names += (names.empty() ? "" : ", ") + name;
            }
        }
        const std::string more =
            count > kNamed ? " and " + std::to_string(count - kNamed) + " more" : "";
        return names + more +
               " cannot be restored: delete what needs it, remove the pack and copy it again from "
               "another "
               "region, or build it again";
    }

    void read_packs() {
        const auto packs = region_.chunks().packs();
        report_.packs = packs.size();
        std::vector<std::pair<const PackInfo*, const PackEntry*>> all;
        for (const auto& pack : packs) {
            if (pack->damaged) {
                problem(Kind::corrupt_pack, pack->path.string(),
                        "its index is damaged; " + std::to_string(pack->entries.size()) +
                            " chunks were found by reading it from the start");
            }
            for (const PackEntry& entry : pack->entries) {
                all.emplace_back(pack.get(), &entry);
            }
        }
        report_.chunks = all.size();
        const unsigned threads = thread_count(region_.options().threads, all.size());
        std::vector<Worker> workers(threads);
        parallel_for(threads, all.size(), [&](unsigned worker, std::size_t piece) {
            check_chunk(workers[worker], *all[piece].first, *all[piece].second);
        });
    }

    struct Worker {
        std::unique_ptr<ChunkCodec> codec = std::make_unique<ChunkCodec>(1);
        Bytes plain = {};
    };

    // Nothing if the chunk is good.
    static std::optional<std::string> what_is_wrong(Worker& worker, const PackInfo& pack,
                                                    const PackEntry& entry) {
        try {
            const base::Fd fd = base::open_file(pack.path, O_RDONLY);
            const Record record = read_record(fd.get(), pack, entry);
            if (decode_record(record, *worker.codec, worker.plain)) {
                return std::nullopt;
            }
            return describe_corrupt(entry.id, pack, "its bytes do not hash to its name");
        } catch (const std::exception& error) {
            return base::error_chain(error);
        }
    }

    void check_chunk(Worker& worker, const PackInfo& pack, const PackEntry& entry) {
        const auto wrong = what_is_wrong(worker, pack, entry);
        const std::scoped_lock lock(mutex_);
        if (wrong) {
            problem(Kind::corrupt_chunk, entry.id.hex(), *wrong + "; " + who_needs(entry.id));
        }
        present_.insert(entry.id);
        if (!users_.contains(entry.id)) {
            ++report_.orphan_chunks;
            report_.orphan_bytes += entry.record_bytes();
        }
    }

    void find_missing() {
        for (const auto& [id, users] : users_) {
            if (!present_.contains(id)) {
                problem(Kind::missing_chunk, id.hex(), "it is in no pack; " + who_needs(id));
            }
        }
    }

    void read_images() {
        for (const ImageId& id : region_.images()) {
            ++report_.images;
            try {
                for (const BlockDevice& device : region_.image(id).block_devices) {
                    if (!region_.has_snapshot(device.snapshot)) {
                        problem(Kind::missing_snapshot, device.snapshot.str(),
                                "image " + id.str() + " needs it for " + device.device_name +
                                    ": deregister the image or copy the snapshot again");
                    }
                }
            } catch (const ManifestCorrupt& error) {
                problem(Kind::corrupt_manifest, id.str(), base::error_chain(error));
            }
        }
    }

    const RegionStore& region_;
    FsckReport report_;
    std::unordered_map<ChunkId, std::set<std::string>> users_;
    std::unordered_set<ChunkId> present_;
    std::mutex mutex_;  // of report_ and present_ while read_packs() runs
};

}  // namespace

std::string_view name(FsckProblem::Kind kind) {
    switch (kind) {
        case FsckProblem::Kind::corrupt_chunk:
            return "corrupt chunk";
        case FsckProblem::Kind::corrupt_pack:
            return "corrupt pack";
        case FsckProblem::Kind::corrupt_manifest:
            return "corrupt manifest";
        case FsckProblem::Kind::missing_chunk:
            return "missing chunk";
        case FsckProblem::Kind::missing_snapshot:
            return "missing snapshot";
    }
    return "problem";
}

FsckReport fsck(const RegionStore& region) {
    return Check(region).run();
}

}  // namespace goldsmith::store
