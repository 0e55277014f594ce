#include "api/validate.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "api/decode.h"
#include "api/path.h"
#include "api/pattern.h"
#include "api/scalar.h"
#include "api/violation.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

std::string number_text(double number) {
    return number == std::floor(number) ? std::to_string(static_cast<long long>(number))
                                        : std::to_string(number);
}

/// Characters, not bytes.
double length_of(std::string_view text) {
    return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

class Validator {
public:
    Validator(bool answer, Protocol protocol) : answer_(answer), protocol_(protocol) {}

    void structure(const Shape& shape, const json::object& tree) {
        for (const auto& member : shape.members) {
            const Path::Step step(path_, request_name(member, protocol_));
            const auto* found = tree.if_contains(member.name);
            if (found != nullptr && !(answer_ && member.loose)) {
                value(*member.shape, *found);
            } else if (found == nullptr && member.required) {
                fail(Constraint::missing, "", nullptr);
            }
        }
    }

private:
    [[noreturn]] void fail(Constraint constraint, const std::string& limit,
                           const json::value& found) const {
        throw ViolationError({constraint, path_.text(), limit, shown_value(found)});
    }

    void value(const Shape& shape, const json::value& tree) {
        switch (shape.kind) {
            case Kind::structure:
                return structure(shape, tree.as_object());
            case Kind::list:
                return list(shape, tree.as_array());
            case Kind::map:
                return map(shape, tree.as_object());
            case Kind::string:
            case Kind::blob:
                return string(shape, tree);
            case Kind::enumeration:
                return enumeration(shape, tree);
            case Kind::integer:
            case Kind::long_integer:
            case Kind::floating:
                return bounds(shape, tree.to_number<double>(), Constraint::smallest,
                              Constraint::largest, tree);
            case Kind::boolean:
            case Kind::timestamp:
                return;
        }
    }

    void bounds(const Shape& shape, double measure, Constraint low, Constraint high,
                const json::value& tree) const {
        if (measure < shape.low) {
            fail(low, number_text(shape.low), tree);
        }
        if (measure > shape.high) {
            fail(high, number_text(shape.high), tree);
        }
    }

    void string(const Shape& shape, const json::value& tree) const {
        const std::string_view text = tree.as_string();
        bounds(shape, length_of(text), Constraint::shortest, Constraint::longest, tree);
        if (*shape.pattern != '\0' && !matches_pattern(shape.pattern, text)) {
            fail(Constraint::pattern, shape.pattern, tree);
        }
    }

    void enumeration(const Shape& shape, const json::value& tree) const {
        const std::string_view text = tree.as_string();
        if (std::find(shape.values.begin(), shape.values.end(), text) != shape.values.end()) {
            return;
        }
        std::string values;
        for (const auto* one : shape.values) {
            values += (values.empty() ? "" : ", ") + std::string(one);
        }
        fail(Constraint::one_of, values, tree);
    }

    void list(const Shape& shape, const json::array& items) {
        bounds(shape, static_cast<double>(items.size()), Constraint::fewest, Constraint::most,
               nullptr);
        for (std::size_t index = 0; index < items.size(); ++index) {
            item(shape, items[index], index);
        }
    }

    void item(const Shape& shape, const json::value& tree, std::size_t index) {
        if (protocol_ == Protocol::query || protocol_ == Protocol::ec2) {
            const auto name = std::to_string(index + 1);  // as the form numbers it
            const Path::Step step(path_, name);
            value(*shape.element, tree);
        } else {
            const Path::Step step(path_, index);
            value(*shape.element, tree);
        }
    }

    void map(const Shape& shape, const json::object& items) {
        bounds(shape, static_cast<double>(items.size()), Constraint::fewest, Constraint::most,
               nullptr);
        for (const auto& item : items) {
            const Path::Step step(path_, item.key());
            value(*shape.key, json::value(item.key()));
            value(*shape.element, item.value());
        }
    }

    bool answer_;
    Protocol protocol_;
    Path path_;
};

bool is_json(const Service& service) {
    return service.protocol == Protocol::rest_json || service.protocol == Protocol::json_1_1;
}

}  // namespace

void validate(const Shape& structure, const json::object& tree, Protocol protocol) {
    Validator(false, protocol).structure(structure, tree);
}

std::vector<std::string> check_output(const Service& service, const Operation& operation,
                                      const json::value& output) {
    if (!is_json(service)) {
        return {};
    }
    try {
        const auto tree = decode_json(*operation.output, output, UnknownMembers::refuse);
        Validator(true, service.protocol).structure(*operation.output, tree);
    } catch (const ViolationError& problem) {
        return {std::string(operation.name) + " answers " + problem.what()};
    }
    return {};
}

const Operation* find_operation(const Service& service, std::string_view name) {
    const auto found =
        std::find_if(service.operations.begin(), service.operations.end(),
                     [&](const Operation* operation) { return operation->name == name; });
    return found == service.operations.end() ? nullptr : *found;
}

}  // namespace goldsmith::api
