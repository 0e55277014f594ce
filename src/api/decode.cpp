#include "api/decode.h"

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/path.h"
#include "api/scalar.h"
#include "api/violation.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_index = 9;  // digits of a list index in a form

std::optional<std::uint64_t> index_of(std::string_view text) {
    if (text.empty() || text.size() > longest_index ||
        text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::stoull(std::string(text));
}

class Decoder {
public:
    Decoder(Protocol protocol, UnknownMembers unknown) : protocol_(protocol), unknown_(unknown) {}

    json::object structure(const Shape& shape, const json::value& tree, Spelling spelling) {
        const auto& object = object_of(shape, tree);
        auto result = structure_of(shape, spelling, [&](const Member& member) {
            return object.if_contains(wire_name(member));
        });
        if (unknown_ == UnknownMembers::refuse) {
            refuse_unknown(shape, object);
        }
        return result;
    }

    /// `find(member)` gives the member's value, null where it has none.
    template <class Find>
    json::object structure_of(const Shape& shape, Spelling spelling, Find find) {
        json::object result;
        for (const auto& member : shape.members) {
            const json::value* found = find(member);
            if (found != nullptr && !found->is_null()) {
                const Path::Step step(path_, wire_name(member));
                const auto spelt = member.where == Where::body ? spelling : Spelling::text;
                result[member.name] = value(*member.shape, *found, spelt);
            }
        }
        return result;
    }

private:
    bool is_form() const { return protocol_ == Protocol::query || protocol_ == Protocol::ec2; }

    const char* wire_name(const Member& member) const { return request_name(member, protocol_); }

    [[noreturn]] void fail(const std::string& wanted, const json::value& found) const {
        throw ViolationError({Constraint::kind, path_.text(), wanted, shown_value(found)});
    }

    const json::object& object_of(const Shape& shape, const json::value& tree) const {
        if (const auto* object = tree.if_object()) {
            return *object;
        }
        fail(wanted_kind(shape), tree);
    }

    json::value value(const Shape& shape, const json::value& tree, Spelling spelling) {
        if (shape.kind == Kind::structure) {
            return structure(shape, tree, spelling);
        }
        if (shape.kind == Kind::list) {
            return is_form() ? form_list(shape, tree) : list(shape, tree, spelling);
        }
        if (shape.kind == Kind::map) {
            return is_form() ? form_map(shape, tree) : map(shape, tree, spelling);
        }
        auto decoded = decode_scalar(shape, tree, spelling);
        if (!decoded) {
            fail(wanted_kind(shape), tree);
        }
        return std::move(*decoded);
    }

    json::array list(const Shape& shape, const json::value& tree, Spelling spelling) {
        const auto* items = tree.if_array();
        if (items == nullptr) {
            fail(wanted_kind(shape), tree);
        }
        json::array result;
        result.reserve(items->size());
        for (std::size_t index = 0; index < items->size(); ++index) {
            const Path::Step step(path_, index);
            result.push_back(value(*shape.element, (*items)[index], spelling));
        }
        return result;
    }

    json::object map(const Shape& shape, const json::value& tree, Spelling spelling) {
        json::object result;
        for (const auto& item : object_of(shape, tree)) {
            const Path::Step step(path_, item.key());
            if (!item.value().is_null()) {
                result[item.key()] = value(*shape.element, item.value(), spelling);
            }
        }
        return result;
    }

    /// The items of "Name.1=a&Name.2=b" (ec2) or "Name.member.1=a" (query), by index.
    std::map<std::uint64_t, const json::value*> numbered(const Shape& shape,
                                                         const json::value& tree,
                                                         const char* wrapper) const {
        const auto* object = &object_of(shape, tree);
        if (const auto* wrapped = object->if_contains(wrapper)) {
            object = &object_of(shape, *wrapped);
        }
        std::map<std::uint64_t, const json::value*> items;
        for (const auto& item : *object) {
            const auto index = index_of(item.key());
            if (!index) {
                fail("a list, numbered from 1", item.value());
            }
            items[*index] = &item.value();
        }
        return items;
    }

    json::array form_list(const Shape& shape, const json::value& tree) {
        json::array result;
        if (tree.is_string() && tree.get_string().empty()) {
            return result;  // "Name=": an empty list
        }
        for (const auto& [index, item] : numbered(shape, tree, "member")) {
            const auto name = std::to_string(index);
            const Path::Step step(path_, name);
            result.push_back(value(*shape.element, *item, Spelling::text));
        }
        return result;
    }

    /// "Name.entry.1.key=k&Name.entry.1.value=v"
    json::object form_map(const Shape& shape, const json::value& tree) {
        json::object result;
        for (const auto& [index, item] : numbered(shape, tree, "entry")) {
            const auto name = std::to_string(index);
            const Path::Step step(path_, name);
            const auto& entry = object_of(shape, *item);
            const auto* key = entry.if_contains("key");
            const auto* content = entry.if_contains("value");
            if (key == nullptr && content == nullptr) {  // as SNS names them in message attributes
                key = entry.if_contains("Name");
                content = entry.if_contains("Value");
            }
            if (key == nullptr || !key->is_string() || content == nullptr) {
                fail("an entry with key and value", *item);
            }
            result[key->get_string()] = value(*shape.element, *content, Spelling::text);
        }
        return result;
    }

    void refuse_unknown(const Shape& shape, const json::object& object) {
        for (const auto& item : object) {
            if (find_member(shape, std::string(item.key()).c_str()) == nullptr) {
                const Path::Step step(path_, item.key());
                fail("a member that the model knows", item.value());
            }
        }
    }

    Protocol protocol_;
    UnknownMembers unknown_;
    Path path_;
};

std::string path_value(const Operation& operation, std::string_view label,
                       const WireRequest& request) {
    std::size_t segment = 0;
    std::string_view path = operation.path;
    const auto at = path.find('{' + std::string(label) + '}');
    for (std::size_t index = 1; index < at && at != std::string_view::npos; ++index) {
        segment += path[index] == '/' ? 1U : 0U;
    }
    return segment < request.path.size() ? request.path[segment] : std::string{};
}

json::value query_value(const Member& member, const WireRequest& request) {
    json::array values;
    for (const auto& [name, value] : request.query) {
        if (name != member.where_name) {
            continue;
        }
        if (member.shape->kind != Kind::list) {
            return json::value(value);
        }
        values.emplace_back(value);
    }
    return values.empty() ? json::value() : json::value(std::move(values));
}

/// The members of a request that stand in its path, its query string and its body.
class RestMembers {
public:
    /// `input` is an object or null.
    RestMembers(const Operation& operation, const WireRequest& request, const json::value& input)
        : operation_(operation), request_(request), body_(input.if_object()) {}

    /// Valid until the next call.
    const json::value* find(const Member& member) {
        if (member.where == Where::path) {
            outside_body_ = json::value(path_value(operation_, member.where_name, request_));
            return &outside_body_;
        }
        if (member.where == Where::query) {
            outside_body_ = query_value(member, request_);
            return &outside_body_;
        }
        return body_ == nullptr ? nullptr : body_->if_contains(member.name);
    }

private:
    const Operation& operation_;
    const WireRequest& request_;
    const json::object* body_;
    json::value outside_body_;
};

}  // namespace

json::object decode_input(const Service& service, const Operation& operation,
                          const WireRequest& request, const json::value& input) {
    const bool form = service.protocol == Protocol::query || service.protocol == Protocol::ec2;
    Decoder decoder(service.protocol, UnknownMembers::ignore);
    if (service.protocol == Protocol::rest_json && (input.is_object() || input.is_null())) {
        RestMembers members(operation, request, input);
        return decoder.structure_of(*operation.input, Spelling::json,
                                    [&](const Member& member) { return members.find(member); });
    }
    return decoder.structure(*operation.input,
                             input.is_null() ? json::value(json::object()) : input,
                             form ? Spelling::text : Spelling::json);
}

json::object decode_json(const Shape& structure, const json::value& tree, UnknownMembers unknown) {
    // Answers carry every member in the body, whatever place a request would give it.
    return Decoder(Protocol::json_1_1, unknown).structure(structure, tree, Spelling::json);
}

}  // namespace goldsmith::api
