// Component documents (the language that `toe` runs) as typed trees.
//
// Used by the executor, by the service's component operations and by `goldsmith validate`. Parsing
// needs no network, no credentials and touches no file; a document that parses has passed every
// check that can be made without running it. Values; safe to read from any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "documents/condition.h"
#include "documents/yaml.h"

namespace goldsmith::documents {

struct ActionSpec;

enum class Platform { linux_os, windows_os, mac_os };
enum class OnFailure { abort, proceed, ignore };  ///< Abort, Continue, Ignore
enum class ComponentType { build, test };

struct ComponentParameter {
    std::string name;
    std::string type;  ///< "string" or "stringList"
    std::optional<std::string> default_value;
    std::string description;
    std::vector<std::string> allowed_values;
    Position position;
};

struct ComponentConstant {
    std::string name;
    std::string value;
    Position position;
};

/// `for` when `values` is empty of meaning (is_range), else `forEach` as a list or a delimited
/// string.
struct ComponentLoop {
    enum class Kind { range, list, delimited };
    Kind kind = Kind::range;
    std::string name;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t update_by = 1;
    std::vector<std::string> items;  ///< list: templates of the items
    std::string list;                ///< delimited: template of the string to split
    char delimiter = ',';
    YamlNode source;  ///< as written, for reports
};

enum class ConditionalAction { execute, skip, abort };

struct ComponentIf {
    Condition condition;
    ConditionalAction then_action = ConditionalAction::execute;
    ConditionalAction else_action = ConditionalAction::skip;
};

struct ComponentStep {
    std::string name;
    std::string action;
    const ActionSpec* spec = nullptr;     ///< never null in a parsed document; static storage
    std::int64_t timeout_seconds = 7200;  ///< -1: none
    OnFailure on_failure = OnFailure::abort;
    std::int64_t max_attempts = 1;
    YamlNode inputs;  ///< templates; expanded and decoded when the step runs
    std::optional<ComponentLoop> loop;
    std::optional<ComponentIf> condition;
    bool disable_logging = false;  ///< including what the phase and the document say
    Position position;
};

struct ComponentPhase {
    std::string name;
    std::vector<ComponentStep> steps;
    Position position;

    const ComponentStep* find_step(std::string_view step_name) const;
};

struct ComponentDocument {
    std::string file;
    std::string name;
    std::string description;
    std::string schema_version;  ///< always "1.0"
    std::vector<ComponentParameter> parameters;
    std::vector<ComponentConstant> constants;
    std::vector<ComponentPhase> phases;
    bool disable_logging = false;
    std::string source;  ///< the text it was parsed from

    const ComponentPhase* find_phase(std::string_view phase_name) const;
    const ComponentParameter* find_parameter(std::string_view parameter_name) const;
};

struct ComponentRules {
    std::set<Platform> platforms = {
        Platform::linux_os};  ///< every action must work on each of them
    std::set<std::string, std::less<>> blocked_actions;
};

/// Rules for a document that is stored rather than run here: actions of every platform pass.
ComponentRules any_platform_rules();

/// Throws DocumentErrors with every error found. `file_name` only serves messages.
ComponentDocument parse_component(std::string_view text, const std::string& file_name,
                                  const ComponentRules& rules = {});

/// TEST when the document has exactly one phase, named `test`; else BUILD.
ComponentType component_type(const ComponentDocument& document);

/// "Abort", "Continue" or "Ignore".
std::string_view on_failure_name(OnFailure on_failure);

}  // namespace goldsmith::documents
