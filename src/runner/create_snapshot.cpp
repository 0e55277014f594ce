#include <chrono>

#include "base/error.h"
#include "runner/commands.h"
#include "store/disk_reader.h"
#include "store/ingest.h"

namespace goldsmith::runner {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::int64_t milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
}

}  // namespace

void create_snapshot(CommandContext& context, const api::runner::CreateSnapshot& request,
                     api::runner::CommandResult& result) {
    const auto id = store::SnapshotId::parse(request.snapshot_id);
    const Clock::time_point begin = Clock::now();
    if (context.instance.stop(kShutdownLimit) == instances::Instance::Stopped::killed) {
        context.log.line("Instance " + context.spec.instance_id +
                         " did not shut down by itself and was switched off");
    }
    api::runner::SnapshotStatistics statistics;
    statistics.stop_milliseconds = milliseconds_since(begin);
    const Clock::time_point stopped = Clock::now();
    const store::ImageFileMap map = store::map_image_file(context.disk.path());
    const store::IngestRequest ingest{
        .id = id,
        .extents = map.dirty,
        .parent = store::SnapshotId::parse(context.spec.parent_snapshot),
        .description = request.description.value_or(""),
        .created_ms = 0,
        .progress = {}};
    const store::IngestResult ingested = store::ingest(context.region, *map.disk, ingest);
    statistics.ingest_milliseconds = milliseconds_since(stopped);
    statistics.blocks_read = static_cast<std::int64_t>(ingested.stats.blocks_read);
    statistics.blocks_inherited = static_cast<std::int64_t>(ingested.stats.blocks_inherited);
    statistics.new_chunks = static_cast<std::int64_t>(ingested.stats.new_chunks);
    statistics.new_bytes_stored = static_cast<std::int64_t>(ingested.stats.new_bytes_stored);
    result.snapshot_id = id.str();
    result.snapshot = statistics;
    try {
        // Instances from this snapshot then start without restoring it from the store.
        context.cache.donate(ingested.manifest, context.disk.path(), context.disk.base());
    } catch (const base::Error& error) {
        context.log.line(std::string("The disk could not be kept in the cache: ") + error.what());
    }
}

}  // namespace goldsmith::runner
