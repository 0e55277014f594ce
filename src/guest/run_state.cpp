#include "guest/run_state.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "guest/run_state_json.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;

constexpr std::string_view file_name = "toe-state.json";
constexpr int format_version = 1;

json::object to_json(const RunState& state) {
    json::array blocked;
    for (const std::string& action : state.blocked_actions) {
        blocked.emplace_back(action);
    }
    return {{"version", format_version},
            {"logFolder", state.log_folder},
            {"reboots", state.reboots},
            {"blockedActions", std::move(blocked)},
            {"run", run_to_json(state.record)}};
}

RunState from_json(const json::object& object) {
    if (object.at("version").to_number<int>() != format_version) {
        throw base::Error("it was written by another version of toe");
    }
    RunState state;
    state.log_folder = object.at("logFolder").as_string();
    state.reboots = object.at("reboots").to_number<std::int64_t>();
    for (const json::value& action : object.at("blockedActions").as_array()) {
        state.blocked_actions.emplace_back(action.as_string());
    }
    state.record = run_from_json(object.at("run").as_object());
    return state;
}

}  // namespace

std::optional<RunState> load_run_state(const base::Path& directory) {
    const base::Path path = directory / file_name;
    const auto text = base::read_file_if_exists(path);
    if (!text) {
        return std::nullopt;
    }
    try {
        return from_json(json::parse(*text).as_object());
    } catch (const std::exception& error) {
        throw base::Error("the state of an unfinished run in " + path.string() +
                          " cannot be used: " + error.what() + ". Remove the file to start afresh");
    }
}

void save_run_state(const base::Path& directory, const RunState& state) {
    base::make_directories(directory, 0700);
    base::write_file_atomically(directory / file_name, json::serialize(to_json(state)), 0600);
}

void remove_run_state(const base::Path& directory) {
    ::unlink((directory / file_name).c_str());
    ::rmdir(directory.c_str());  // stays when somebody else keeps things there
}

}  // namespace goldsmith::guest
