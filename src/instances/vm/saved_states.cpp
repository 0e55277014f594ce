#include "instances/vm/saved_states.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "instances/vm/agent_files.h"
#include "instances/vm/firmware.h"

namespace goldsmith::instances {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

/// Raise it when what a saved machine is made of changes in a way that no other part of the key
/// shows.
constexpr const char* kFormat = "goldsmith saved state 1";
constexpr const char* kUnfinished = "new";
constexpr const char* kBase = "base";
constexpr const char* kSizes = "sizes";
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

std::uint64_t bytes_in(const base::Path& folder) {
    std::uint64_t bytes = 0;
    for (const std::string& name : base::list_directory(folder)) {
        struct stat facts {};
        if (::lstat((folder / name).c_str(), &facts) == 0) {
            bytes += static_cast<std::uint64_t>(facts.st_blocks) * 512;
        }
    }
    return bytes;
}

/// A file that was cut would often work, for a while: QEMU reads zeros beyond the end of a disk.
std::string sizes_of(const base::Path& folder) {
    std::string text;
    for (const char* name : {"memory", "disk.qcow2", "seed.img", kFirmwareVariables}) {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(folder / name, error);
        text += std::string(name) + " " + (error ? "missing" : std::to_string(size)) + "\n";
    }
    return text;
}

/// The entry may vanish while it is looked at.
SavedState look_at(const base::Path& folder) {
    SavedState state;
    state.folder = folder;
    std::error_code error;
    state.used = fs::last_write_time(folder, error);
    if (error) {
        state.used = {};
    }
    state.bytes = bytes_in(folder);
    state.is_unfinished = folder.filename().string().starts_with(kUnfinished);
    state.disk_identity = base::read_file_if_exists(folder / kBase).value_or("");
    return state;
}

bool has_to_go(const SavedState& state, const SavedStateLimits& limits, fs::file_time_type now) {
    if (state.is_unfinished) {
        return now - state.used > kAbandoned;
    }
    return now - state.used > limits.most_age ||
           (limits.is_wanted && !limits.is_wanted(state.disk_identity));
}

}  // namespace

std::vector<SavedState> superfluous(std::vector<SavedState> states, const SavedStateLimits& limits,
                                    fs::file_time_type now) {
    std::sort(states.begin(), states.end(),
              [](const SavedState& a, const SavedState& b) { return a.used > b.used; });
    std::vector<SavedState> going;
    std::uint64_t bytes = 0;
    for (SavedState& state : states) {
        bool goes = has_to_go(state, limits, now);
        if (!goes && !state.is_unfinished) {
            bytes += state.bytes;
            goes = bytes > limits.most_bytes;
        }
        if (goes) {
            going.push_back(std::move(state));
        }
    }
    return going;
}

std::string saved_state_key(const QemuSettings& settings, const InstanceSpec& spec) {
    QemuSettings same = settings;
    same.name = same.uuid = "";
    same.disk = "disk";
    same.qmp_fd = -1;
    same.incoming_fd.reset();
    same.tpm_fd.reset();
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
    if (settings.firmware != Firmware::bios) {
        add(identity_of_file(settings.firmware_code.string()));
    }
    add(identity_of_file(base::find_program("qemu-system-x86_64").value_or("")));
    add(settings.accelerator == Accelerator::kvm ? processor_of_host() : "");
    // Entries are not flushed to the host's disk: after a crash they may be anything.
    add(base::read_file_if_exists("/proc/sys/kernel/random/boot_id").value_or(""));
    add(base::sha256_hex(base::read_file(spec.agent_program)));
    add(agent_credential(""));
    return base::to_hex(hash.finish());
}

SavedStates::SavedStates(WarmStart warm) : warm_(std::move(warm)) {
    base::make_directories(warm_.directory, 0700);
}

std::optional<base::Path> SavedStates::find(const std::string& key) const {
    const base::Path entry = warm_.directory / key;
    std::error_code error;
    if (!fs::exists(entry, error)) {
        return std::nullopt;
    }
    if (base::read_file_if_exists(entry / kSizes) != sizes_of(entry)) {
        discard(key);
        return std::nullopt;
    }
    fs::last_write_time(entry, fs::file_time_type::clock::now(), error);
    return entry;
}

base::TempDir SavedStates::begin() const {
    return base::TempDir(kUnfinished, warm_.directory);
}

void SavedStates::commit(base::TempDir folder, const std::string& key) const {
    base::write_file_atomically(folder.path() / kBase, warm_.disk_identity, 0600,
                                base::Durability::fast);
    base::write_file_atomically(folder.path() / kSizes, sizes_of(folder.path()), 0600,
                                base::Durability::fast);
    std::error_code error;
    fs::rename(folder.path(), warm_.directory / key, error);
    if (!error) {
        folder.release();
    }
    SavedStateLimits limits;
    limits.most_bytes = warm_.most_bytes;
    for (const SavedState& state :
         superfluous(list(warm_.directory), limits, fs::file_time_type::clock::now())) {
        base::remove_tree(state.folder);
    }
}

void SavedStates::discard(const std::string& key) const {
    base::remove_tree(warm_.directory / key);
}

std::vector<SavedState> SavedStates::list(const base::Path& directory) {
    std::vector<SavedState> states;
    for (const std::string& name : base::list_directory(directory)) {
        states.push_back(look_at(directory / name));
    }
    return states;
}

}  // namespace goldsmith::instances
