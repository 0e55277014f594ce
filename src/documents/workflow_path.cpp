#include "documents/workflow_path.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace goldsmith::documents {

namespace {

constexpr std::array<std::string_view, 4> roots{"parameters", "stepOutputs", "workflowOutputs",
                                                "imagebuilder"};

constexpr std::array<std::string_view, 19> variables{"cloudWatchLogGroup",
                                                     "cloudWatchLogStream",
                                                     "collectImageMetadata",
                                                     "collectImageScanFindings",
                                                     "dateTime",
                                                     "imageBuildNumber",
                                                     "imageId",
                                                     "imageName",
                                                     "imageType",
                                                     "imageVersionNumber",
                                                     "instanceProfileName",
                                                     "platform",
                                                     "s3Logs",
                                                     "securityGroups",
                                                     "sourceImageARN",
                                                     "subnetId",
                                                     "terminateInstanceOnFailure",
                                                     "workflowPhase",
                                                     "workingDirectory"};

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view take_name(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_name_character) - text.begin();
    const auto name = text.substr(0, static_cast<std::size_t>(end));
    text.remove_prefix(name.size());
    return name;
}

// "[12]" from the front of the text.
std::optional<std::size_t> take_index(std::string_view& text) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t index = 0;
    const char* end = text.data() + close;
    const auto [parsed, error] = std::from_chars(text.data() + 1, end, index);
    if (error != std::errc{} || parsed != end) {
        return std::nullopt;
    }
    text.remove_prefix(close + 1);
    return index;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string_view WorkflowPath::name(std::size_t segment) const {
    if (segment >= segments.size()) {
        return {};
    }
    const auto* text = std::get_if<std::string>(&segments[segment]);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<WorkflowPath> parse_path(std::string_view text) {
    if (!text.starts_with("$.")) {
        return std::nullopt;
    }
    text.remove_prefix(2);
    WorkflowPath path;
    path.root = take_name(text);
    if (std::ranges::find(roots, path.root) == roots.end()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        if (text.front() == '[') {
            const auto index = take_index(text);
            if (!index) {
                return std::nullopt;
            }
            path.segments.emplace_back(*index);
            continue;
        }
        if (text.front() != '.') {
            return std::nullopt;
        }
        text.remove_prefix(1);
        const auto name = take_name(text);
        if (name.empty()) {
            return std::nullopt;
        }
        path.segments.emplace_back(std::string(name));
    }
    if (path.name(0).empty()) {
        return std::nullopt;
    }
    return path;
}

std::vector<TemplatePart> split_template(std::string_view text) {
    std::vector<TemplatePart> parts;
    std::size_t text_begin = 0;
    std::size_t from = 0;
    std::size_t close =
        0;  // kept between rounds: a text of nothing but "{{" must not cost its square
    while (true) {
        const auto open = text.find("{{", from);
        if (open == std::string_view::npos) {
            break;
        }
        close = close < open + 2 ? text.find("}}", open + 2) : close;
        if (close == std::string_view::npos) {
            break;
        }
        const auto inner = trimmed(text.substr(open + 2, close - open - 2));
        if (!inner.starts_with("$.")) {
            from = open + 2;
            continue;
        }
        if (open > text_begin) {
            parts.push_back({false, std::string(text.substr(text_begin, open - text_begin))});
        }
        parts.push_back({true, std::string(inner)});
        from = text_begin = close + 2;
    }
    if (text_begin < text.size()) {
        parts.push_back({false, std::string(text.substr(text_begin))});
    }
    return parts;
}

std::string_view system_variable(std::string_view name) {
    const auto found = std::ranges::find_if(
        variables, [name](std::string_view known) { return same_without_case(known, name); });
    return found == variables.end() ? std::string_view() : *found;
}

}  // namespace goldsmith::documents
