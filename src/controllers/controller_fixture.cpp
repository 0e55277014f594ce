#include "controllers/controller_fixture.h"

#include <boost/json.hpp>

#include "api/generated/runner/run_json.h"
#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/instance_launch.h"
#include "state/migrations.h"

namespace goldsmith::controllers {

namespace json = boost::json;

namespace {

std::string state_document(api::runner::InstanceState state, const std::string& message = {},
                           bool switched_off = false) {
    api::runner::RunState document;
    document.state = state;
    document.message = message;
    document.switched_off = switched_off;
    return json::serialize(api::runner::to_json(document));
}

}  // namespace

ControllerFixture::ControllerFixture()
    : clock_(base::parse_iso8601("2026-11-25T10:00:00Z").value()),
      database_(
          db::sqlite::open({.path = (folder_.path() / "goldsmith.db").string(), .durable = false})),
      engine_([this](const engines::RunId&, const std::string& spec, const std::string& command_id,
                     const std::string& command) { return answer(spec, command_id, command); }),
      regions_(folder_.path() / "stores", {"us-east-1"}, {}),
      base_images_(
          regions_, folder_.path(),
          [](const std::string&, const std::string&) { return base::Command{}; }, [] {}),
      world_{*database_, engine_, regions_,       base_images_, run_watch_,
             clock_,     {},      folder_.path(), "/toe",       "fake"} {
    db::migrate(*database_, state::migrations());
    restart_daemon();
}

ControllerFixture::~ControllerFixture() = default;

void ControllerFixture::restart_daemon() {
    commands_ = std::make_unique<CommandController>(world_);
    instances_ = std::make_unique<InstanceController>(world_);
}

void ControllerFixture::turn() {
    commands_->turn();
    instances_->turn();
}

engines::FakeEngine::Answer ControllerFixture::answer(const std::string& spec,
                                                      const std::string& command_id,
                                                      const std::string& command) {
    using api::runner::InstanceState;
    if (command_id.empty()) {
        api::runner::RunSpec started;
        api::runner::from_json(json::parse(spec).as_object(), started);
        base::make_directories(*started.instance_directory);
        specs_.push_back(started);
        if (!boot_failure_.empty()) {
            return {.result = {},
                    .state = state_document(InstanceState::failed, boot_failure_),
                    .exits = true};
        }
        return {.result = {},
                .state = state_document(boots_ ? InstanceState::running : InstanceState::starting)};
    }
    api::runner::Command given;
    api::runner::from_json(json::parse(command).as_object(), given);
    executed_.push_back(command_id);
    auto result = execute_(given);
    if (!result) {
        return {};
    }
    result->id = command_id;
    engines::FakeEngine::Answer answer{.result = json::serialize(api::runner::to_json(*result)),
                                       .state = {}};
    if (given.kind == api::runner::CommandKind::stop ||
        given.kind == api::runner::CommandKind::terminate) {
        answer.state = state_document(InstanceState::terminated);
        answer.exits = true;
    }
    return answer;
}

void ControllerFixture::insert_instance(const std::string& id) {
    state::InstanceLaunch launch;
    launch.snapshot_id = "snap-00000000000000001";
    launch.volume_size_gib = 8;
    launch.user_data = "IyEvYmluL3No";
    database_->write([&](db::Transaction& transaction) {
        state::put_instance(transaction, {.region = "us-east-1",
                                          .instance_id = id,
                                          .owner = "123456789012",
                                          .image_id = "ami-00000000000000001",
                                          .instance_type = "t3.small",
                                          .state = "pending",
                                          .wanted = "running",
                                          .generation = 1,
                                          .changed_ms = clock_.now().time_since_epoch().count(),
                                          .launch = state::encode(launch)});
    });
}

state::InstanceRow ControllerFixture::row(const std::string& id) {
    return database_->read([&](db::Connection& connection) {
        return state::find_instance(connection, "us-east-1", id).value();
    });
}

void ControllerFixture::change_row(const std::string& id,
                                   const std::function<void(state::InstanceRow&)>& change) {
    database_->write([&](db::Transaction& transaction) {
        auto row = state::find_instance(transaction, "us-east-1", id).value();
        change(row);
        state::update_instance(transaction, row);
    });
}

}  // namespace goldsmith::controllers
