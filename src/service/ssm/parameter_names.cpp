#include "service/ssm/parameter_names.h"

#include <algorithm>
#include <charconv>

#include "api/generated/ssm/errors.h"

namespace goldsmith::service::ssm {

namespace {

constexpr std::string_view allowed =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr int most_levels = 15;
constexpr std::size_t longest_name = 1011;
constexpr std::size_t longest_label = 100;

bool begins_with(std::string text, std::string_view prefix) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text.starts_with(prefix);
}

std::optional<std::int64_t> number_of(const std::string& text) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()
               ? std::nullopt
               : std::optional(number);
}

}  // namespace

ParameterReference parse_reference(const std::string& text) {
    std::string rest = text;
    constexpr std::string_view mark = ":parameter/";
    if (const auto at = text.find(mark); text.starts_with("arn:") && at != std::string::npos) {
        rest = text.substr(at + mark.size());
        // The ARN of "name" and of "/name" differ only where there is a hierarchy.
        rest = rest.find('/') == std::string::npos ? rest : "/" + rest;
    }
    ParameterReference reference;
    const auto colon = rest.find(':');
    reference.name = rest.substr(0, colon);
    if (colon != std::string::npos) {
        reference.selector = rest.substr(colon);
        const std::string chosen = rest.substr(colon + 1);
        reference.version = number_of(chosen);
        if (!reference.version) {
            reference.label = chosen;
        }
    }
    return reference;
}

void check_parameter_name(const std::string& name) {
    namespace gen = api::ssm;
    const auto levels = std::ranges::count(name, '/');
    if (name.empty() || name.size() > longest_name ||
        name.find_first_not_of(std::string(allowed) + "/") != std::string::npos ||
        name.ends_with('/') || name.find("//") != std::string::npos) {
        throw gen::ValidationException(
            "Parameter name: can only contain the following letters, digits and symbols: "
            "a-zA-Z0-9_.-, and '/' between the levels of a hierarchy.");
    }
    if (levels > 0 && !name.starts_with('/')) {
        throw gen::ValidationException(
            "Parameter name must be a fully qualified name: one with a hierarchy begins with '/'.");
    }
    if (levels > most_levels) {
        throw gen::HierarchyLevelLimitExceededException(
            "A hierarchy can have a maximum of 15 levels.");
    }
    const std::string first = name.substr(name.starts_with('/') ? 1 : 0);
    if (begins_with(first, "aws") || begins_with(first, "ssm")) {
        throw gen::ValidationException(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
    }
}

bool is_parameter_label(const std::string& label) {
    return !label.empty() && label.size() <= longest_label &&
           label.find_first_not_of(allowed) == std::string::npos &&
           (label.front() < '0' || label.front() > '9') && !begins_with(label, "aws") &&
           !begins_with(label, "ssm");
}

}  // namespace goldsmith::service::ssm
