#include "policy/context.h"

namespace goldsmith::policy {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& each : lower) {
        if (each >= 'A' && each <= 'Z') {
            each = static_cast<char>(each - 'A' + 'a');
        }
    }
    return lower;
}

void Context::set(std::string_view key, Values values) {
    values_[lower_case(key)] = std::move(values);
}

const Context::Values* Context::find(std::string_view key) const {
    const auto found = values_.find(lower_case(key));
    return found == values_.end() ? nullptr : &found->second;
}

const std::string* Context::single(std::string_view key) const {
    const auto* values = find(key);
    return values != nullptr && values->size() == 1 ? &values->front() : nullptr;
}

}  // namespace goldsmith::policy
