#include "instances/vm/saved_states.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "instances/vm/agent_files.h"

namespace goldsmith::instances {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

/// Raise it when what a saved machine is made of changes in a way that no other part of the key
/// shows.
constexpr const char* kFormat = "goldsmith saved state 1";
constexpr const char* kUnfinished = "new";
constexpr auto kAbandoned = 1h;

/// A file of the host as far as it may change: another build of QEMU cannot load the state.
std::string identity_of_file(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
        throw base::SystemError("look at " + path);
    }
    return path + " " + std::to_string(facts.st_size) + " " + std::to_string(facts.st_mtim.tv_sec) +
           "." + std::to_string(facts.st_mtim.tv_nsec);
}

/// The processor as a guest under KVM sees it.
std::string processor_of_host() {
    const std::string text = base::read_file_if_exists("/proc/cpuinfo").value_or("");
    std::string facts;
    for (const char* name : {"model name", "flags", "microcode"}) {
        const std::size_t at = text.find(std::string("\n") + name);
        if (at != std::string::npos) {
            facts += text.substr(at, text.find('\n', at + 1) - at);
        }
    }
    return facts;
}

struct Entry {
    base::Path path;
    fs::file_time_type used;
    std::uint64_t bytes = 0;
};

std::uint64_t bytes_in(const base::Path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const std::string& name : base::list_directory(folder)) {
        struct stat facts {};
        if (::lstat((folder / name).c_str(), &facts) == 0) {
            bytes += static_cast<std::uint64_t>(facts.st_blocks) * 512;
        }
    }
    return bytes;
}

}  // namespace

std::string saved_state_key(const QemuSettings& settings, const InstanceSpec& spec) {
    QemuSettings same = settings;
    same.name = same.uuid = "";
    same.disk = "disk";
    same.qmp_fd = -1;
    same.incoming_fd.reset();
    same.port_from_start = false;
    base::Sha256 hash;
    const auto add = [&](const std::string& text) {
        hash.update(std::to_string(text.size()) + ":" + text);
    };
    add(kFormat);
    add(spec.warm_start->disk_identity);
    for (const std::string& word : qemu_command(same, "work").arguments) {
        add(word);
    }
    add(identity_of_file(base::find_program("qemu-system-x86_64").value_or("")));
    add(settings.accelerator == Accelerator::kvm ? processor_of_host() : "");
    add(base::sha256_hex(base::read_file(spec.agent_program)));
    add(agent_credential());
    return base::to_hex(hash.finish());
}

SavedStates::SavedStates(base::Path directory, std::uint64_t most_bytes)
    : directory_(std::move(directory)), most_bytes_(most_bytes) {
    base::make_directories(directory_, 0700);
}

std::optional<base::Path> SavedStates::find(const std::string& key) const {
    const base::Path entry = directory_ / key;
    std::error_code error;
    if (!fs::exists(entry / "memory", error)) {
        return std::nullopt;
    }
    fs::last_write_time(entry, fs::file_time_type::clock::now(), error);
    return entry;
}

base::TempDir SavedStates::begin() const {
    return base::TempDir(kUnfinished, directory_);
}

void SavedStates::commit(base::TempDir folder, const std::string& key) const {
    std::error_code error;
    fs::rename(folder.path(), directory_ / key, error);
    if (!error) {
        folder.release();
    }
    trim(most_bytes_);
}

void SavedStates::discard(const std::string& key) const {
    base::remove_tree(directory_ / key);
}

void SavedStates::trim(std::uint64_t most_bytes) const {
    std::vector<Entry> entries;
    std::uint64_t total = 0;
    std::error_code error;
    for (const std::string& name : base::list_directory(directory_)) {
        Entry entry{directory_ / name, fs::last_write_time(directory_ / name, error),
                    bytes_in(directory_ / name)};
        if (name.starts_with(kUnfinished)) {
            if (fs::file_time_type::clock::now() - entry.used > kAbandoned) {
                base::remove_tree(entry.path);
            }
            continue;
        }
        total += entry.bytes;
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.used < b.used; });
    for (const Entry& entry : entries) {
        if (total <= most_bytes) {
            return;
        }
        base::remove_tree(entry.path);
        total -= entry.bytes;
    }
}

}  // namespace goldsmith::instances
