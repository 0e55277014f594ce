#include "service/imagebuilder/dockerfile_template.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "api/generated/imagebuilder/errors.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Where the first {{{ variable }}} stands.
std::optional<std::size_t> place_of(std::string_view text, std::string_view variable) {
    for (auto at = text.find("{{{"); at != std::string_view::npos; at = text.find("{{{", at + 3)) {
        const auto end = text.find("}}}", at);
        if (end != std::string_view::npos &&
            trimmed(text.substr(at + 3, end - at - 3)) == variable) {
            return at;
        }
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const std::string& why) {
    throw ib::InvalidParameterValueException(
        "The value supplied for parameter 'dockerfileTemplateData' is not valid. " + why);
}

}  // namespace

void check_dockerfile_template(const std::string& text, bool has_components) {
    if (!place_of(text, "imagebuilder:parentImage")) {
        refuse("It must contain '{{{ imagebuilder:parentImage }}}', usually after FROM.");
    }
    const auto environments = place_of(text, "imagebuilder:environments");
    const auto components = place_of(text, "imagebuilder:components");
    if (has_components && !environments) {
        refuse("A recipe with components needs '{{{ imagebuilder:environments }}}'.");
    }
    if (components && (!environments || *components < *environments)) {
        refuse(
            "'{{{ imagebuilder:components }}}' must follow '{{{ imagebuilder:environments "
            "}}}'.");
    }
}

}  // namespace goldsmith::service::imagebuilder
