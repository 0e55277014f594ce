#include "guest/run_state.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "guest/run_state_json.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;

constexpr std::string_view file_name = "toe-state.json";
constexpr std::string_view config_name = "toe-config.json";
constexpr int format_version = 2;

json::array texts_to_json(const std::vector<std::string>& texts) {
    json::array list;
    for (const std::string& text : texts) {
        list.push_back(text_to_json(text));
    }
    return list;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
    std::vector<std::string> texts;
    for (const json::value& value : object.at(key).as_array()) {
        texts.push_back(text_from_json(value));
    }
    return texts;
}

json::object to_json(const RunState& state) {
    return {{"version", format_version},
            {"logFolder", state.log_folder},
            {"reboots", state.reboots},
            {"blockedActions", texts_to_json(state.blocked_actions)},
            {"secretParameters", texts_to_json(state.secret_parameters)},
            {"environment", texts_to_json(state.environment)},
            {"run", run_to_json(state.record)}};
}

RunState from_json(const json::object& object) {
    if (object.at("version").to_number<int>() != format_version) {
        throw base::Error("it was written by another version of toe");
    }
    RunState state;
    state.log_folder = object.at("logFolder").as_string();
    state.reboots = object.at("reboots").to_number<std::int64_t>();
    state.blocked_actions = texts_of(object, "blockedActions");
    state.secret_parameters = texts_of(object, "secretParameters");
    state.environment = texts_of(object, "environment");
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

base::Path save_run_config(const base::Path& directory, const std::string& text) {
    const base::Path path = directory / config_name;
    base::write_file_atomically(path, text, 0600);
    return path;
}

void remove_run_state(const base::Path& directory) {
    ::unlink((directory / config_name).c_str());
    ::unlink((directory / file_name).c_str());
    ::rmdir(directory.c_str());  // stays when somebody else keeps things there
}

}  // namespace goldsmith::guest
