#include "runner/run_directory.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <thread>

#include "api/generated/runner/run_json.h"
#include "base/clock.h"
#include "base/error.h"

namespace goldsmith::runner {

namespace {

namespace json = boost::json;

constexpr std::uint64_t kMostBytes = 64U << 20;
/// An engine that looks whether the lock is held may hold it itself for an instant.
constexpr int kLockAttempts = 200;

/// Field 22 of /proc/<pid>/stat: with the process id it names a process for good.
std::string start_time_of_this_process() {
    const std::string stat = base::read_file("/proc/self/stat");
    std::size_t at = stat.rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field) {
        at = stat.find(' ', at + 1);
    }
    return at == std::string::npos ? "0" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

base::FileLock take_lock(const base::Path& path) {
    for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
        if (auto lock = base::FileLock::try_acquire(path)) {
            const std::string text =
                std::to_string(::getpid()) + " " + start_time_of_this_process() + "\n";
            if (::ftruncate(lock->fd(), 0) != 0) {
                throw base::SystemError("write " + path.string());
            }
            base::write_exactly_at(lock->fd(), text.data(), text.size(), 0);
            return std::move(*lock);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw base::Error("another runner works on " + path.parent_path().string());
}

template <typename T>
T parse(const std::string& text) {
    T value;
    api::runner::from_json(json::parse(text).as_object(), value);
    return value;
}

std::string id_of(const std::string& file_name) {
    constexpr std::string_view suffix = ".json";
    return file_name.ends_with(suffix) ? file_name.substr(0, file_name.size() - suffix.size())
                                       : file_name;
}

}  // namespace

RunDirectory::RunDirectory(base::Path path)
    : path_(std::move(path)),
      lock_(take_lock(path_ / "lock")),
      inbox_(path_ / "inbox"),
      outbox_(path_ / "outbox") {}

api::runner::RunSpec RunDirectory::spec() const {
    try {
        return parse<api::runner::RunSpec>(base::read_file(path_ / "spec.json", kMostBytes));
    } catch (const std::exception&) {
        base::throw_with_context("read " + (path_ / "spec.json").string());
    }
}

std::optional<api::runner::Command> RunDirectory::read_command(const std::string& name) {
    try {
        auto command = parse<api::runner::Command>(inbox_.get(name).value_or("{}"));
        command.id = id_of(name);
        return command;
    } catch (const std::exception& error) {
        api::runner::CommandResult result;
        result.id = id_of(name);
        result.outcome = api::runner::Outcome::failed;
        result.message = std::string("the command cannot be read: ") + error.what();
        result.start_time = result.end_time = base::SystemClock().now();
        write_result(result);
        return std::nullopt;
    }
}

std::optional<api::runner::Command> RunDirectory::next_command() {
    for (const std::string& name : inbox_.names()) {
        if (!outbox_.get(name)) {
            if (auto command = read_command(name)) {
                return command;
            }
        }
    }
    return std::nullopt;
}

bool RunDirectory::should_end() const {
    if (!std::filesystem::exists(path_ / "spec.json")) {
        return true;
    }
    for (const std::string& name : inbox_.names()) {
        if (outbox_.get(name)) {
            continue;
        }
        try {
            const auto command = parse<api::runner::Command>(inbox_.get(name).value_or("{}"));
            if (command.kind == api::runner::CommandKind::terminate ||
                command.kind == api::runner::CommandKind::stop) {
                return true;
            }
        } catch (const std::exception&) {
            // next_command() answers it.
        }
    }
    return false;
}

bool RunDirectory::is_cancelled(const std::string& id) const {
    return inbox_.get("cancel-" + id + ".json").has_value();
}

void RunDirectory::write_result(const api::runner::CommandResult& result) {
    outbox_.put(result.id + ".json", json::serialize(api::runner::to_json(result)));
}

void RunDirectory::write_state(const api::runner::RunState& state) {
    base::write_file_atomically(path_ / "state.json", json::serialize(api::runner::to_json(state)),
                                0600);
}

}  // namespace goldsmith::runner
