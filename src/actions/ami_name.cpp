#include "actions/ami_name.h"

#include <algorithm>

namespace goldsmith::actions {

namespace {

std::string date_text(base::Time time) {
    std::string text = base::format_iso8601(time);
    std::replace(text.begin(), text.end(), ':', '-');
    return text;
}

/// A date pattern in the letters of Java's formats: runs of y, M, d, H, m, s; the rest stands as it
/// is.
std::string patterned_date(base::Time time, std::string_view pattern) {
    const std::string iso = base::format_iso8601(time);  // 2026-11-23T22:15:04.120Z
    const auto part = [&iso](char letter) -> std::string {
        switch (letter) {
            case 'y':
                return iso.substr(0, 4);
            case 'M':
                return iso.substr(5, 2);
            case 'd':
                return iso.substr(8, 2);
            case 'H':
                return iso.substr(11, 2);
            case 'm':
                return iso.substr(14, 2);
            case 's':
                return iso.substr(17, 2);
            default:
                return {};
        }
    };
    std::string text;
    for (std::size_t i = 0; i < pattern.size();) {
        const std::size_t end = std::min(pattern.find_first_not_of(pattern[i], i), pattern.size());
        const std::string value = part(pattern[i]);
        text += value.empty() ? std::string(pattern.substr(i, end - i)) : value;
        i = end;
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

std::string expand_ami_name(std::string_view name_template, const NameValues& values) {
    std::string name;
    while (!name_template.empty()) {
        const std::size_t open = name_template.find("{{");
        const std::size_t close =
            open == std::string_view::npos ? open : name_template.find("}}", open);
        if (close == std::string_view::npos) {
            break;
        }
        name += name_template.substr(0, open);
        const std::string_view body = trimmed(name_template.substr(open + 2, close - open - 2));
        if (body == "imagebuilder:buildDate") {
            name += date_text(values.build_date);
        } else if (body == "imagebuilder:buildVersion") {
            name += std::to_string(values.build);
        } else if (body.starts_with("imagebuilder:buildDate:")) {
            name += patterned_date(values.build_date, body.substr(body.rfind(':') + 1));
        } else {
            name += name_template.substr(open, close + 2 - open);
        }
        name_template.remove_prefix(close + 2);
    }
    return name + std::string(name_template);
}

std::string default_ami_name(std::string_view image_name, const NameValues& values) {
    return std::string(image_name) + " " + date_text(values.build_date);
}

}  // namespace goldsmith::actions
