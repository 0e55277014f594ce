// goldsmith gc and goldsmith fsck: reclaim what nothing refers to; verify everything that is kept,
// and the log of who did what with it.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "audit/verify.h"
#include "base/byte_size.h"
#include "base/process.h"
#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/data_directory.h"
#include "daemon/imported_images.h"
#include "disk_images/scratch.h"
#include "store/fsck.h"
#include "store/gc.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

struct GcCommand {
    ServerOptions server;
    bool dry_run = false;
    int grace_seconds = 3600;
};

store::RegionSet open_regions(const daemon::Config& config) {
    return {daemon::DataLayout{config.data_directory}.stores(), config.regions};
}

/// The runner knows what a saved machine is, and prints a line about them.
void collect_saved_machines(const daemon::Config& config, bool dry_run) {
    const daemon::DataLayout layout{std::filesystem::absolute(config.data_directory)};
    if (!std::filesystem::exists(layout.machines())) {
        return;
    }
    base::Command command;
    command.program = (base::Path(std::filesystem::read_symlink("/proc/self/exe")).parent_path() /
                       "goldsmith-runner")
                          .string();
    command.arguments = {"machines", layout.machines().string(), layout.stores().string()};
    if (dry_run) {
        command.arguments.push_back("--dry-run");
    }
    std::fputs(base::run_checked(command).c_str(), stdout);
}

void name_dead_imports(const daemon::Config& config) {
    const base::Path imports = daemon::DataLayout{config.data_directory}.imports();
    if (!std::filesystem::exists(imports)) {
        return;
    }
    for (const disk_images::DeadImport& dead : disk_images::dead_imports(imports)) {
        std::printf(
            "imports/%s was interrupted%s: to take away\n", dead.folder.filename().c_str(),
            dead.mark ? (" (" + dead.mark->token + " in " + dead.mark->region + ")").c_str() : "");
    }
}

int gc(const GcCommand& options) {
    const daemon::Config config = options.server.config();
    store::RegionSet regions = open_regions(config);
    store::GcOptions gc_options;
    gc_options.grace = std::chrono::seconds(options.grace_seconds);
    bool busy = false;
    if (options.dry_run) {
        name_dead_imports(config);
    } else if (const std::size_t imports = daemon::sweep_dead_imports(config, regions)) {
        std::printf("%zu imports that were interrupted: taken away\n", imports);
    }
    for (const std::string& name : regions.names()) {
        store::GcPlan plan;
        std::uint64_t freed = 0;
        if (options.dry_run) {
            plan = store::plan_gc(regions.at(name), gc_options);
        } else {
            store::GcResult result = store::collect_garbage(regions.at(name), gc_options);
            plan = std::move(result.plan);
            freed = result.bytes_freed;
            busy = busy || result.busy;
        }
        std::printf(
            "%s: %zu packs to remove, %zu to rewrite, %zu leftovers, %s reclaimable of %s%s\n",
            name.c_str(), plan.remove.size(), plan.compact.size(), plan.temporary.size(),
            base::ByteSize::bytes(plan.removable_bytes).describe().c_str(),
            base::ByteSize::bytes(plan.removable_bytes + plan.live_bytes).describe().c_str(),
            options.dry_run ? "" : (", freed " + base::ByteSize::bytes(freed).describe()).c_str());
    }
    collect_saved_machines(config, options.dry_run);
    if (busy) {
        std::fprintf(stderr, "goldsmith: builds were storing all the time; run gc again later\n");
    }
    return 0;
}

/// Whether no line of the audit log was altered, removed or added. A folder that no server has used
/// yet has none.
bool is_audit_log_whole(const daemon::DataLayout& layout) {
    if (!std::filesystem::exists(layout.audit())) {
        return true;
    }
    const audit::Verdict verdict = audit::verify(layout.audit());
    if (!verdict.problem.empty()) {
        std::printf("audit log: %s\n", (layout.audit() / verdict.problem).c_str());
        return false;
    }
    std::printf("audit log: %llu lines in %llu files\n",
                static_cast<unsigned long long>(verdict.lines),
                static_cast<unsigned long long>(verdict.files));
    return true;
}

int fsck(const ServerOptions& options) {
    const daemon::Config config = options.config();
    store::RegionSet regions = open_regions(config);
    bool clean = is_audit_log_whole(daemon::DataLayout{config.data_directory});
    for (const std::string& name : regions.names()) {
        const store::FsckReport report = store::fsck(regions.at(name));
        std::printf(
            "%s: %llu images, %llu snapshots, %llu chunks in %llu packs, %llu unreferenced\n",
            name.c_str(), static_cast<unsigned long long>(report.images),
            static_cast<unsigned long long>(report.snapshots),
            static_cast<unsigned long long>(report.chunks),
            static_cast<unsigned long long>(report.packs),
            static_cast<unsigned long long>(report.orphan_chunks));
        for (const store::FsckProblem& problem : report.problems) {
            std::printf("%s: %s %s: %s\n", name.c_str(),
                        std::string(store::name(problem.kind)).c_str(), problem.subject.c_str(),
                        problem.detail.c_str());
        }
        clean = clean && report.clean();
    }
    return clean ? 0 : 1;
}

}  // namespace

void add_gc(CLI::App& app, Run& run) {
    auto options = std::make_shared<GcCommand>();
    CLI::App* command = app.add_subcommand("gc", "Reclaim what nothing refers to");
    command->add_flag("--dry-run", options->dry_run, "Only say what would be reclaimed");
    command
        ->add_option("--grace-seconds", options->grace_seconds,
                     "Keep packs younger than this: running builds use them")
        ->capture_default_str();
    options->server.add_to(*command);
    command->callback([options, &run] { run = [options] { return gc(*options); }; });
}

void add_fsck(CLI::App& app, Run& run) {
    auto options = std::make_shared<ServerOptions>();
    CLI::App* command =
        app.add_subcommand("fsck", "Verify every chunk and manifest, and the audit log");
    options->add_to(*command);
    command->callback([options, &run] { run = [options] { return fsck(*options); }; });
}

}  // namespace goldsmith::cli
