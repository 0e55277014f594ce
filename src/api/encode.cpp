#include "api/encode.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

constexpr std::int64_t milliseconds_per_second = 1000;

class Encoder {
public:
    explicit Encoder(Protocol protocol) : protocol_(protocol) {}

    json::object structure(const Shape& shape, const json::object& tree) const {
        json::object result;
        for (const auto& member : shape.members) {
            if (const auto* found = tree.if_contains(member.name)) {
                result[wire_name(member)] = value(*member.shape, *found);
            }
        }
        return result;
    }

private:
    bool is_xml() const { return protocol_ == Protocol::query || protocol_ == Protocol::ec2; }

    std::string wire_name(const Member& member) const {
        std::string name = is_xml() && *member.xml_name != '\0' ? member.xml_name : member.name;
        if (protocol_ == Protocol::ec2 && name[0] >= 'A' && name[0] <= 'Z') {
            name[0] = static_cast<char>(name[0] - 'A' + 'a');
        }
        return name;
    }

    json::value value(const Shape& shape, const json::value& tree) const {
        if (shape.kind == Kind::structure) {
            return structure(shape, tree.as_object());
        }
        if (shape.kind == Kind::list) {
            return list(shape, tree.as_array());
        }
        if (shape.kind == Kind::map) {
            return map(shape, tree.as_object());
        }
        return shape.kind == Kind::timestamp && !is_xml() ? time(shape, tree) : tree;
    }

    json::value list(const Shape& shape, const json::array& items) const {
        json::array result;
        result.reserve(items.size());
        for (const auto& item : items) {
            result.push_back(value(*shape.element, item));
        }
        if (!is_xml()) {
            return result;
        }
        return {{protocol_ == Protocol::ec2 ? "item" : "member", std::move(result)}};
    }

    json::value map(const Shape& shape, const json::object& items) const {
        json::object result;
        json::array entries;
        for (const auto& item : items) {
            if (is_xml()) {
                entries.push_back(
                    {{"key", item.key()}, {"value", value(*shape.element, item.value())}});
            } else {
                result[item.key()] = value(*shape.element, item.value());
            }
        }
        return is_xml() ? json::value{{"entry", std::move(entries)}}
                        : json::value(std::move(result));
    }

    static json::value time(const Shape& shape, const json::value& tree) {
        if (shape.time_format == TimeFormat::iso8601) {
            return tree;
        }
        const auto time = base::parse_iso8601(tree.as_string());
        if (!time) {
            throw base::Error("an answer holds '" + std::string(tree.as_string()) + "' as a time");
        }
        const std::int64_t milliseconds = time->time_since_epoch().count();
        if (shape.time_format == TimeFormat::epoch_milliseconds) {
            return milliseconds;
        }
        if (milliseconds % milliseconds_per_second == 0) {
            return milliseconds / milliseconds_per_second;
        }
        return static_cast<double>(milliseconds) / static_cast<double>(milliseconds_per_second);
    }

    Protocol protocol_;
};

}  // namespace

namespace {

bool is_text_only(const Shape& shape, std::set<const Shape*>& seen) {
    if (!seen.insert(&shape).second) {
        return true;  // under way, or done
    }
    if (shape.kind == Kind::timestamp) {
        return shape.time_format == TimeFormat::iso8601;
    }
    return (shape.element == nullptr || is_text_only(*shape.element, seen)) &&
           std::ranges::all_of(shape.members, [&](const Member& member) {
               return is_text_only(*member.shape, seen);
           });
}

}  // namespace

bool is_sent_as_it_is(const Service& service, const Operation& operation) {
    const bool xml = service.protocol == Protocol::query || service.protocol == Protocol::ec2;
    std::set<const Shape*> seen;
    return !xml && is_text_only(*operation.output, seen);
}

json::value encode_output(const Service& service, const Operation& operation,
                          const json::object& output) {
    if (service.protocol == Protocol::query && operation.output->members.empty()) {
        return nullptr;
    }
    return Encoder(service.protocol).structure(*operation.output, output);
}

}  // namespace goldsmith::api
