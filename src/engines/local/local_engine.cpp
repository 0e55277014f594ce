#include "engines/local/local_engine.h"

#include <fcntl.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/error.h"
#include "base/mailbox.h"
#include "engines/local/run_folder.h"

namespace goldsmith::engines {

namespace {

constexpr std::chrono::milliseconds look_anew{2000};

}  // namespace

/// Tells its subscriber which run directories changed. inotify has no depth, so every run's folder
/// and outbox are added when they appear.
class LocalEngine::RunsWatch final : public Subscription {
public:
    RunsWatch(base::Path runs_directory, Changed changed)
        : runs_directory_(std::move(runs_directory)),
          changed_(std::move(changed)),
          thread_([this](const std::stop_token& stop) { work(stop); }) {}

    ~RunsWatch() override {
        thread_.request_stop();
        watch_.wake();
    }

private:
    void work(const std::stop_token& stop) {
        watch_.add(runs_directory_);
        while (!stop.stop_requested()) {
            add_new_runs();
            watch_.wait(look_anew);
            if (stop.stop_requested()) {
                return;
            }
            // A notification does not say how deep it came from; telling all is what the contract
            // allows and a daemon has few runs.
            for (const std::string& name : base::list_directory(runs_directory_)) {
                notify(name);
            }
        }
    }

    void add_new_runs() {
        const std::vector<std::string> names = base::list_directory(runs_directory_);
        for (const std::string& name : names) {
            if (watched_.contains(name)) {
                continue;
            }
            try {
                watch_.add(runs_directory_ / name);
                watch_.add(runs_directory_ / name / "outbox");
                watched_.insert(name);
            } catch (const base::Error&) {
                // Not complete yet, or gone again: the next look decides.
            }
        }
        std::erase_if(watched_, [&](const std::string& name) {
            return std::find(names.begin(), names.end(), name) == names.end();
        });
    }

    void notify(const std::string& name) {
        try {
            changed_(RunId::parse(name));
        } catch (const std::invalid_argument&) {
            // Somebody else's file.
        }
    }

    base::Path runs_directory_;
    Changed changed_;
    base::DirectoryWatch watch_;
    std::set<std::string> watched_;
    std::jthread thread_;
};

LocalEngine::LocalEngine(LocalEngineOptions options) : options_(std::move(options)) {
    base::make_directories(options_.runs_directory, 0700);
}

LocalEngine::~LocalEngine() {
    for (auto& [run, child] : *children_.lock()) {
        child.detach();
    }
}

base::Path LocalEngine::directory_of(const RunId& run) const {
    return options_.runs_directory / run.text();
}

RunId LocalEngine::submit(std::string_view token, std::string_view spec) {
    const RunId run = RunId::from_token(token);
    RunFolder folder(directory_of(run));
    // One at a time, also between processes, so that a run is not started twice.
    const auto lock =
        base::FileLock::acquire(options_.runs_directory / ("." + run.text() + ".submit"));
    if (!folder.exists()) {
        base::make_directories(folder.path() / "inbox", 0700);
        base::make_directories(folder.path() / "outbox", 0700);
        base::write_file_atomically(folder.path() / "spec.json", spec, 0600);
    }
    // A folder without a start is what a crash between the two left.
    if (!std::filesystem::exists(folder.path() / "started")) {
        start_runner(run);
    }
    return run;
}

void LocalEngine::start_runner(const RunId& run) {
    RunFolder folder(directory_of(run));
    const base::Fd log =
        base::open_file(folder.path() / "runner.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    base::Command command;
    command.program = options_.runner_program.string();
    command.arguments = {folder.path().string()};
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.new_session = true;
    folder.mark_started();
    try {
        // Ours until the kernel gives it to init: a daemon that lives reaps it, see poll().
        base::Child child = base::spawn(command, options);
        children_.lock()->emplace(run.text(), std::move(child));
    } catch (...) {
        base::remove_tree(folder.path());
        base::throw_with_context("start a runner");
    }
}

RunStatus LocalEngine::poll(const RunId& run) {
    const RunFolder folder(directory_of(run));
    const bool exited = reap(run);
    if (!folder.exists()) {
        return RunUnknown{};
    }
    if (folder.is_locked()) {
        return RunRunning{};
    }
    if (folder.has_ended()) {
        return RunExited{};
    }
    if (!exited && folder.is_starting(options_.start_grace)) {
        return RunRunning{};
    }
    // It may have taken the lock, worked and ended between our looks.
    if (folder.has_ended()) {
        return RunExited{};
    }
    folder.sweep();
    const std::string words = folder.last_words();
    return RunLost{words.empty() ? "it was killed or crashed, and wrote no last words"
                                 : "it was killed or crashed; it last wrote: " + words};
}

bool LocalEngine::reap(const RunId& run) {
    auto children = children_.lock();
    const auto child = children->find(run.text());
    return child != children->end() && child->second.poll().has_value();
}

void LocalEngine::send(const RunId& run, std::string_view command_id, std::string_view command) {
    const RunFolder folder(directory_of(run));
    if (!folder.exists()) {
        throw base::Error("run " + run.text() + " is unknown");
    }
    base::Mailbox(folder.path() / "inbox").put(std::string(command_id) + ".json", command);
}

std::optional<std::string> LocalEngine::result(const RunId& run, std::string_view command_id) {
    return base::read_file_if_exists(directory_of(run) / "outbox" /
                                     (std::string(command_id) + ".json"));
}

std::optional<std::string> LocalEngine::state(const RunId& run) {
    return RunFolder(directory_of(run)).state_document();
}

void LocalEngine::cancel(const RunId& run) {
    const RunFolder folder(directory_of(run));
    if (!folder.exists()) {
        return;
    }
    folder.kill_runner();
    {
        // A child that has not taken its lock yet is only known to us.
        auto children = children_.lock();
        const auto child = children->find(run.text());
        if (child != children->end() && !child->second.poll()) {
            child->second.end();
        }
    }
    if (!folder.is_locked()) {
        folder.sweep();
    }
}

void LocalEngine::forget(const RunId& run) {
    cancel(run);
    children_.lock()->erase(run.text());
    base::remove_tree(directory_of(run));
    base::remove_tree(options_.runs_directory / ("." + run.text() + ".submit"));
}

std::vector<RunId> LocalEngine::runs() {
    std::vector<RunId> runs;
    for (const std::string& name : base::list_directory(options_.runs_directory)) {
        try {
            const RunId run = RunId::parse(name);
            if (RunFolder(directory_of(run)).exists()) {
                runs.push_back(run);
            }
        } catch (const std::invalid_argument&) {
            // Not a run.
        }
    }
    return runs;
}

std::unique_ptr<Subscription> LocalEngine::subscribe(Changed changed) {
    return std::make_unique<RunsWatch>(options_.runs_directory, std::move(changed));
}

}  // namespace goldsmith::engines
