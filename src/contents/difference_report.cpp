#include "contents/difference_report.h"

#include <boost/json.hpp>

namespace goldsmith::contents {

namespace {

namespace json = boost::json;

// Names come out of somebody's file system and go to somebody's terminal.
std::string shown(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        plain += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    return plain;
}

std::string counted(const Section& section) {
    std::string text;
    const auto add = [&](std::size_t count, const char* what) {
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
        }
    };
    add(section.added.size(), "added");
    add(section.removed.size(), "removed");
    add(section.changed.size(), "changed");
    return text.empty() ? "no difference" : text;
}

void write(std::string& out, const char* title, const Section& section) {
    out += std::string(title) + ": " + counted(section) + "\n";
    const auto line = [&](char sign, const NamedValue& item) {
        out += std::string("  ") + sign + " " + shown(item.name) +
               (item.value.empty() ? "" : " " + shown(item.value)) + "\n";
    };
    for (const NamedValue& item : section.added) {
        line('+', item);
    }
    for (const NamedValue& item : section.removed) {
        line('-', item);
    }
    for (const Changed& item : section.changed) {
        out += "  ~ " + shown(item.name);
        const char* between = ": ";
        for (const Aspect& aspect : item.aspects) {
            out += between + aspect.name;
            between = ", ";
            if (!aspect.before.empty() || !aspect.after.empty()) {
                out += " " + shown(aspect.before) + " -> " + shown(aspect.after);
            }
        }
        out += "\n";
    }
}

// JSON is UTF-8, names in a file system are octets.
json::string text_of(const std::string& text) {
    json::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            result += c;
        } else {
            result += static_cast<char>(0xc0 | byte >> 6);
            result += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return result;
}

bool is_utf8(std::string_view text) {
    boost::system::error_code error;
    json::parse(json::serialize(json::string(text)), error);
    return !error;
}

json::string json_text(const std::string& text) {
    return is_utf8(text) ? json::string(text) : text_of(text);
}

json::array list(const std::vector<NamedValue>& items, const char* value_name) {
    json::array array;
    for (const NamedValue& item : items) {
        json::object object{{"name", json_text(item.name)}};
        if (!item.value.empty()) {
            object[value_name] = json_text(item.value);
        }
        array.push_back(std::move(object));
    }
    return array;
}

json::object object_of(const Section& section, const char* value_name) {
    json::array changed;
    for (const Changed& item : section.changed) {
        json::object aspects;
        for (const Aspect& aspect : item.aspects) {
            aspects[aspect.name] = aspect.before.empty() && aspect.after.empty()
                                       ? json::object{}
                                       : json::object{{"before", json_text(aspect.before)},
                                                      {"after", json_text(aspect.after)}};
        }
        changed.push_back(
            json::object{{"name", json_text(item.name)}, {"aspects", std::move(aspects)}});
    }
    return {{"added", list(section.added, value_name)},
            {"removed", list(section.removed, value_name)},
            {"changed", std::move(changed)}};
}

}  // namespace

std::string as_text(const Difference& difference) {
    std::string out;
    if (difference.packages_known) {
        write(out, "packages", difference.packages);
    } else {
        out += "packages: not known: neither dpkg's nor apk's list is in both images\n";
    }
    write(out, "units", difference.units);
    write(out, "files", difference.files);
    return out;
}

std::string as_json(const Difference& difference, const std::string& before,
                    const std::string& after) {
    json::object object{{"before", json_text(before)}, {"after", json_text(after)}};
    object["packages"] = difference.packages_known
                             ? json::value(object_of(difference.packages, "version"))
                             : json::value(nullptr);
    object["units"] = object_of(difference.units, "state");
    object["files"] = object_of(difference.files, "value");
    return json::serialize(object) + "\n";
}

}  // namespace goldsmith::contents
