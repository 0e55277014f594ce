#include "api/model_sample.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "api/pattern.h"
#include "api/pattern_sample.h"
#include "base/error.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

constexpr double plain_number = 7;
constexpr std::size_t most_repeats = 64;

bool fits_length(const Shape& shape, const std::string& text) {
    const auto length = static_cast<double>(text.size());
    return shape.low <= length && length <= shape.high;
}

std::string sample_string(const Shape& shape) {
    if (*shape.pattern == '\0') {
        const double length = std::clamp(6.0, shape.low, shape.high);
        return std::string(static_cast<std::size_t>(length), 's');
    }
    for (std::size_t repeats = 1; repeats <= most_repeats; ++repeats) {
        auto text = sample_of(shape.pattern, repeats);
        if (fits_length(shape, text) && matches_pattern(shape.pattern, text)) {
            return text;
        }
    }
    throw base::Error(std::string("no sample fits ") + shape.name);
}

json::object sample_structure(const Shape& shape) {
    json::object tree;
    for (const auto& member : shape.members) {
        tree[member.name] = full_sample(*member.shape);
    }
    return tree;
}

/// Scalars as text, lists numbered from 1, members under their names of the form.
json::value as_form(const Service& service, const Shape& shape, const json::value& tree) {
    if (shape.kind == Kind::structure) {
        json::object form;
        for (const auto& member : shape.members) {
            if (const auto* found = tree.as_object().if_contains(member.name)) {
                form[request_name(member, service.protocol)] =
                    as_form(service, *member.shape, *found);
            }
        }
        return form;
    }
    if (shape.kind == Kind::list && tree.is_array()) {
        json::object items;
        std::size_t index = 0;
        for (const auto& item : tree.get_array()) {
            items[std::to_string(++index)] = as_form(service, *shape.element, item);
        }
        return service.protocol == Protocol::query ? json::value{{"member", items}}
                                                   : json::value(items);
    }
    if (shape.kind == Kind::map && tree.is_object()) {
        json::object entries;
        std::size_t index = 0;
        for (const auto& entry : tree.get_object()) {
            entries[std::to_string(++index)] = {
                {"key", entry.key()}, {"value", as_form(service, *shape.element, entry.value())}};
        }
        return {{"entry", std::move(entries)}};
    }
    return tree.is_string() ? tree : json::value(json::serialize(tree));
}

void add_query(const Member& member, const json::value& value, WireRequest& request) {
    const auto add = [&](const json::value& one) {
        request.query.emplace_back(member.where_name, one.is_string()
                                                          ? std::string(one.get_string())
                                                          : json::serialize(one));
    };
    if (const auto* items = value.if_array()) {
        std::for_each(items->begin(), items->end(), add);
    } else {
        add(value);
    }
}

std::vector<std::string> path_of(const Operation& operation, const json::object& canonical) {
    std::vector<std::string> segments;
    std::string_view path = operation.path;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto segment = std::string(path.substr(0, path.find('/')));
        path.remove_prefix(segment.size());
        if (segment.starts_with('{')) {
            const auto* value = canonical.if_contains(segment.substr(1, segment.size() - 2));
            segment = value == nullptr ? "" : std::string(value->as_string());
        }
        segments.push_back(segment);
    }
    return segments;
}

}  // namespace

json::value full_sample(const Shape& shape) {
    switch (shape.kind) {
        case Kind::structure:
            return sample_structure(shape);
        case Kind::list: {
            const auto count = static_cast<std::size_t>(std::max(1.0, shape.low));
            return json::array(count, full_sample(*shape.element));
        }
        case Kind::map:
            return json::object{{full_sample(*shape.key).as_string(), full_sample(*shape.element)}};
        case Kind::string:
        case Kind::blob:
            return json::value(sample_string(shape));
        case Kind::enumeration:
            return json::value(*shape.values.begin());
        case Kind::integer:
        case Kind::long_integer:
            return static_cast<std::int64_t>(std::clamp(plain_number, shape.low, shape.high));
        case Kind::floating:
            return std::clamp(0.5, shape.low, shape.high);
        case Kind::boolean:
            return true;
        case Kind::timestamp:
            return "2023-03-10T01:04:40.609Z";
    }
    return nullptr;
}

SentRequest sent(const Service& service, const Operation& operation,
                 const json::object& canonical) {
    SentRequest result;
    if (service.protocol != Protocol::rest_json) {
        result.request.operation = operation.name;
        result.input = service.protocol == Protocol::json_1_1
                           ? json::value(canonical)
                           : as_form(service, *operation.input, canonical);
        return result;
    }
    json::object body = canonical;
    result.request.method = operation.method;
    result.request.path = path_of(operation, canonical);
    for (const auto& member : operation.input->members) {
        const auto* found = canonical.if_contains(member.name);
        if (member.where == Where::query && found != nullptr) {
            add_query(member, *found, result.request);
        }
        if (member.where != Where::body) {
            body.erase(member.name);
        }
    }
    result.input = std::move(body);
    return result;
}

}  // namespace goldsmith::api
