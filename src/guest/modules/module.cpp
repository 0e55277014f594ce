#include "guest/modules/module.h"

#include <algorithm>

namespace goldsmith::guest {

using documents::YamlNode;

const YamlNode* ModuleInput::find(std::string_view key) const {
    const YamlNode* value = element_.find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool ModuleInput::has(std::string_view key) const {
    return find(key) != nullptr;
}

std::string ModuleInput::text(std::string_view key) const {
    return optional_text(key).value_or("");
}

std::optional<std::string> ModuleInput::optional_text(std::string_view key) const {
    const YamlNode* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(value->text);
}

bool ModuleInput::flag(std::string_view key, bool when_absent) const {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return when_absent;
    }
    const auto decoded = documents::yaml_bool(*value);
    if (!decoded) {
        throw StepFailure("'" + std::string(key) + "' must be true or false, not '" + value->text +
                          "'");
    }
    return *decoded;
}

std::int64_t ModuleInput::integer(std::string_view key, std::int64_t when_absent) const {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return when_absent;
    }
    const auto decoded = documents::yaml_int(*value);
    if (!decoded || *decoded < 0) {
        throw StepFailure("'" + std::string(key) + "' must be a whole number, 0 or more, not '" +
                          value->text + "'");
    }
    return *decoded;
}

std::vector<std::string> ModuleInput::list(std::string_view key) const {
    std::vector<std::string> texts;
    if (const YamlNode* value = find(key)) {
        std::ranges::transform(value->items, std::back_inserter(texts), &YamlNode::text);
    }
    return texts;
}

void ModuleContext::check_time() const {
    patience().check();
}

void ModuleContext::sleep(std::chrono::milliseconds duration) const {
    patience().sleep(duration);
}

void ModuleContext::info(std::string_view message) const {
    if (!quiet) {
        log.info(message);
    }
}

}  // namespace goldsmith::guest
