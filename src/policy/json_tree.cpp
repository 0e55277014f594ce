#include "policy/json_tree.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace goldsmith::policy {
namespace {

namespace json = boost::json;

// A policy is six levels deep: document, statements, statement, condition, operator, values.
constexpr std::size_t max_depth = 8;

/// Receives what the parser reads, and keeps only where it is and which members it has seen.
struct DuplicateFinder {
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    std::vector<std::set<std::string>> objects{};
    std::string key{};
    std::string duplicate{};

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        objects.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) {
        objects.pop_back();
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t, json::error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key.append(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        key.append(part);
        if (!objects.back().insert(key).second && duplicate.empty()) {
            duplicate = key;
        }
        key.clear();
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double, json::string_view, json::error_code&) { return true; }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return true; }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
};

std::string place_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto line_begin = before.rfind('\n');
    const auto column =
        line_begin == std::string_view::npos ? before.size() + 1 : before.size() - line_begin;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

json::value parse_tree(std::string_view text) {
    json::parse_options options;
    options.max_depth = max_depth;
    json::basic_parser<DuplicateFinder> finder(options);
    json::error_code error;
    const auto read = finder.write_some(false, text.data(), text.size(), error);
    if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
        throw PolicyError("", "more text follows the policy at " + place_of(text, read));
    }
    if (error == json::error::too_deep) {
        throw PolicyError(
            "", "the policy is nested deeper than any policy is, at " + place_of(text, read));
    }
    if (error) {
        throw PolicyError(
            "", "the policy is not JSON: " + error.message() + " at " + place_of(text, read));
    }
    if (!finder.handler().duplicate.empty()) {
        throw PolicyError(
            "", "the member '" + finder.handler().duplicate + "' stands twice in one object");
    }
    return json::parse(text, {}, options);
}

}  // namespace goldsmith::policy
