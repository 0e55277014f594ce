#include "contents/ext_files.h"

#include <set>

#include "base/error.h"
#include "contents/debugfs_output.h"
#include "disk_images/sandbox.h"

namespace goldsmith::contents {

namespace {

constexpr const char* kProgram = "debugfs";
constexpr const char* kDisk = "/source/disk";
constexpr const char* kCommands = "/source/commands";
constexpr std::uint32_t kRootInode = 2;
constexpr std::size_t kMaxFiles = 4'000'000;
constexpr std::size_t kMaxOutput = 1U << 30;
// The target of a shorter link stands in its inode.
constexpr std::uint64_t kShortLink = 60;
constexpr std::uint64_t kMaxLink = 4096;

std::string about(const char* verb, std::uint32_t inode) {
    return std::string(verb) + " <" + std::to_string(inode) + ">";
}

}  // namespace

base::Command debugfs_command(std::uint64_t offset_bytes) {
    base::Command command;
    command.program = kProgram;
    command.arguments = {"-f", kCommands,
                         std::string(kDisk) + "?offset=" + std::to_string(offset_bytes)};
    return command;
}

void ExtFiles::run(const std::vector<std::string>& commands, base::RunOptions options,
                   std::string& output) const {
    if (!base::find_program(kProgram)) {
        throw base::Error(
            "debugfs is not installed: it reads ext file systems without mounting them; apt-get "
            "install e2fsprogs");
    }
    std::string text;
    for (const std::string& command : commands) {
        text += command + "\n";
    }
    const base::TempDir folder("debugfs");
    const base::Path file = folder.path() / "commands";
    base::write_file_atomically(file, text);
    disk_images::Sandbox sandbox;
    sandbox.mounts = {{std::filesystem::absolute(disk_), kDisk, false}, {file, kCommands, false}};
    sandbox.memory_bytes = 2ULL << 30;
    sandbox.cpu_time = std::chrono::seconds(300);
    options.stop = stop_;
    output = disk_images::run_sandboxed(debugfs_command(offset_), sandbox, options);
}

std::vector<std::string> ExtFiles::ask(const std::vector<std::string>& commands) const {
    base::RunOptions options;
    options.keep_bytes = kMaxOutput;
    std::string output;
    run(commands, std::move(options), output);
    return answers_in(output, commands);
}

FileTree ExtFiles::list() const {
    FileTree tree;
    std::set<std::uint32_t> seen{kRootInode};
    std::vector<std::pair<std::string, std::uint32_t>> folders{{"", kRootInode}};
    while (!folders.empty()) {
        std::vector<std::string> commands;
        for (const auto& [path, inode] : folders) {
            commands.push_back(about("ls -l", inode));
        }
        const auto answers = ask(commands);
        std::vector<std::pair<std::string, std::uint32_t>> below;
        for (std::size_t i = 0; i < folders.size(); ++i) {
            for (auto& [name, entry] : entries_in(answers[i])) {
                const std::string path = folders[i].first + "/" + name;
                // A folder that is inside itself is somebody's trap.
                if (entry.is_directory() && seen.insert(entry.inode).second) {
                    below.emplace_back(path, entry.inode);
                }
                tree.emplace(path, std::move(entry));
            }
        }
        if (tree.size() > kMaxFiles) {
            throw base::Error("the image has more than " + std::to_string(kMaxFiles) + " files");
        }
        folders = std::move(below);
    }
    if (tree.empty()) {
        throw base::Error("debugfs cannot read the file system at byte " + std::to_string(offset_) +
                          " of " + disk_.string());
    }
    read_targets(tree);
    return tree;
}

void ExtFiles::read_targets(FileTree& tree) const {
    std::vector<FileEntry*> links;
    std::vector<std::string> commands;
    for (auto& [path, entry] : tree) {
        if (entry.is_link() && entry.size < kMaxLink) {
            links.push_back(&entry);
            commands.push_back(about(entry.size < kShortLink ? "stat" : "cat", entry.inode));
        }
    }
    const auto answers = commands.empty() ? std::vector<std::string>{} : ask(commands);
    for (std::size_t i = 0; i < links.size(); ++i) {
        links[i]->target = links[i]->size < kShortLink ? link_target_in(answers[i]) : answers[i];
    }
}

std::vector<std::string> ExtFiles::digests(const std::vector<FileEntry>& files) const {
    if (files.empty()) {
        return {};
    }
    std::vector<std::string> commands;
    std::vector<InodeSize> sizes;
    for (const FileEntry& file : files) {
        commands.push_back(about("cat", file.inode));
        sizes.push_back({file.inode, file.size});
    }
    CatDigests digests(std::move(sizes));
    base::RunOptions options;
    options.keep_bytes = 4096;
    options.on_output = [&](std::string_view piece, bool is_stderr) {
        if (!is_stderr) {
            digests.take(piece);
        }
    };
    std::string ignored;
    run(commands, std::move(options), ignored);
    return digests.finish();
}

std::optional<std::string> ExtFiles::read(const FileEntry& file, std::uint64_t most_bytes) const {
    if (file.size > most_bytes) {
        return std::nullopt;
    }
    return ask({about("cat", file.inode)}).front();
}

}  // namespace goldsmith::contents
