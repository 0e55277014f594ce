#include "runner/run_world.h"

#include <fcntl.h>

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "api/generated/runner/run_json.h"
#include "base/error.h"
#include "base/mailbox.h"
#include "store/ingest.h"
#include "store/log_stream.h"

namespace goldsmith::runner {

namespace {

namespace json = boost::json;

const auto kParent = store::SnapshotId::from_token("parent of a test");

template <typename Look>
auto wait_for(const std::string& what, const base::Path& runner_log, Look look) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(5);
    for (;;) {
        if (auto found = look()) {
            return *found;
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw base::Error("waited in vain for " + what + "; the runner's log: " +
                              base::read_file_if_exists(runner_log).value_or("none"));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

const char* const kBuildDocument = R"(
name: web
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Write
        action: ExecuteBash
        inputs:
          commands:
            - echo hello from $(cat /proc/1/comm)
            - mkdir -p /srv && echo page > /srv/page
      - name: Restart
        action: ExecuteBash
        inputs:
          commands:
            - test -e /var/tmp/again && { rm /var/tmp/again; echo again; exit 0; }
            - touch /var/tmp/again /run/gone
            - exit 194
      - name: AfterRestart
        action: ExecuteBash
        inputs:
          commands:
            - test ! -e /run/gone
  - name: validate
    steps:
      - name: Check
        action: ExecuteBash
        inputs:
          commands:
            - grep page /srv/page
  - name: test
    steps:
      - name: Broken
        action: ExecuteBash
        inputs:
          commands:
            - cat /srv/page
            - echo the reason
            - exit 7
)";

RunWorld::RunWorld(const base::Path& disk, api::runner::Driver driver)
    : folder_("gs-run", "/var/tmp"),
      run_directory_(folder_.path() / "runs" / "0123456789abcdef01234567"),
      region_(folder_.path() / "stores/us-east-1") {
    base::make_directories(run_directory_);
    const auto reader = store::open_raw_disk(disk);
    const base::Fd fd = base::open_file(disk, O_RDONLY);
    store::ingest(region_, *reader,
                  store::IngestRequest{.id = kParent,
                                       .extents = store::data_extents(fd.get()),
                                       .parent = {},
                                       .description = "",
                                       .created_ms = 0,
                                       .progress = {}});
    spec_.run_id = run_directory_.filename();
    spec_.token = "test";
    spec_.instance_id = "i-0123456789abcdef0";
    spec_.driver = driver;
    spec_.instance_type = "m5.large";
    spec_.parent_snapshot = kParent.str();
    spec_.region = "us-east-1";
    spec_.account_id = "123456789012";
    spec_.store_directory = folder_.path() / "stores/us-east-1";
    spec_.cache_directory = folder_.path() / "cache";
    spec_.run_directory = run_directory_;
    spec_.log_group = "/aws/imagebuilder/test";
    spec_.log_stream = "1.0.0/1";
    spec_.vcpus = 2;
    spec_.memory_mib = 1024;
    spec_.disk_size_gib = 1;
    spec_.working_directory = "/tmp";
}

void RunWorld::write_spec() {
    base::write_file_atomically(run_directory_ / "spec.json",
                                json::serialize(api::runner::to_json(spec_)));
}

void RunWorld::send(const api::runner::Command& command) {
    base::Mailbox(run_directory_ / "inbox")
        .put(command.id + ".json", json::serialize(api::runner::to_json(command)));
}

std::optional<api::runner::CommandResult> RunWorld::result(const std::string& id) {
    const auto text = base::read_file_if_exists(run_directory_ / "outbox" / (id + ".json"));
    if (!text) {
        return std::nullopt;
    }
    api::runner::CommandResult result;
    api::runner::from_json(json::parse(*text).as_object(), result);
    return result;
}

api::runner::CommandResult RunWorld::wait_result(const std::string& id) {
    return wait_for("the result of " + id, run_directory_ / "runner.log",
                    [&] { return result(id); });
}

std::optional<api::runner::RunState> RunWorld::state() {
    const auto text = base::read_file_if_exists(run_directory_ / "state.json");
    if (!text) {
        return std::nullopt;
    }
    api::runner::RunState state;
    api::runner::from_json(json::parse(*text).as_object(), state);
    return state;
}

api::runner::RunState RunWorld::wait_state(api::runner::InstanceState wanted) {
    return wait_for(std::string("state ") + std::string(api::runner::to_string(wanted)),
                    run_directory_ / "runner.log", [&]() -> std::optional<api::runner::RunState> {
                        auto found = state();
                        return found && found->state == wanted ? found : std::nullopt;
                    });
}

std::string RunWorld::log() {
    store::LogQuery query;
    query.start_from_head = true;
    const auto page = store::LogStore(data() / "logs", spec_.region, spec_.account_id)
                          .read(spec_.log_group, spec_.log_stream, query);
    std::string text;
    for (const store::LogEvent& event : page.value_or(store::LogPage{}).events) {
        text += event.message + "\n";
    }
    return text;
}

}  // namespace goldsmith::runner
