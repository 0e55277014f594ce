#include "api/bad_requests.h"

#include <cmath>
#include <functional>

#include "api/model_sample.h"
#include "api/path.h"
#include "api/pattern.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

std::size_t count_of(double bound) {
    return static_cast<std::size_t>(bound);
}

class Breaker {
public:
    Breaker(const Service& service, const Operation& operation)
        : service_(service), root_(full_sample(*operation.input)) {
        structure(*operation.input, root_.as_object(), Where::body);
    }

    std::vector<BadRequest> found() && { return std::move(found_); }

private:
    bool is_form() const {
        return service_.protocol == Protocol::query || service_.protocol == Protocol::ec2;
    }

    /// Records the tree with `place` set to `bad`, then restores it.
    void record(json::value& place, json::value bad, Constraint broken) {
        std::swap(place, bad);
        found_.push_back({root_.as_object(), broken, path_.text()});
        std::swap(place, bad);
    }

    void structure(const Shape& shape, json::object& tree, Where where) {
        for (const auto& member : shape.members) {
            const Path::Step step(path_, request_name(member, service_.protocol));
            if (member.required && member.where != Where::path) {
                auto kept = tree.at(member.name);
                tree.erase(member.name);
                found_.push_back({root_.as_object(), Constraint::missing, path_.text()});
                if (where == Where::body && member.where == Where::body && !is_form()) {
                    tree[member.name] = nullptr;  // as absent as nothing
                    found_.push_back({root_.as_object(), Constraint::missing, path_.text()});
                }
                tree[member.name] = std::move(kept);
            }
            value(*member.shape, tree.at(member.name),
                  member.where == Where::body ? where : member.where);
        }
    }

    void value(const Shape& shape, json::value& place, Where where) {
        if (where == Where::body && !is_form()) {
            for (auto& wrong : wrong_kinds(shape)) {
                record(place, std::move(wrong), Constraint::kind);
            }
        }
        switch (shape.kind) {
            case Kind::structure:
                return structure(shape, place.as_object(), where);
            case Kind::list:
                return list(shape, place, where);
            case Kind::map:
                return map(shape, place, where);
            case Kind::string:
            case Kind::blob:
                return string(shape, place, where);
            case Kind::enumeration:
                return record(place, "NO_SUCH_VALUE", Constraint::one_of);
            case Kind::integer:
            case Kind::long_integer:
            case Kind::floating:
                return number(shape, place);
            case Kind::boolean:
            case Kind::timestamp:
                return;
        }
    }

    /// Values of every other kind, and numbers that are none of the shape's.
    static json::array wrong_kinds(const Shape& shape) {
        const json::array list{"text"};
        const json::object object{{"key", "text"}};
        switch (shape.kind) {
            case Kind::string:
            case Kind::enumeration:
            case Kind::blob:
                return {7, 1.5, true, list, object};
            case Kind::integer:
                return {"text", "7", 1.5, 3e9, 1e300, true, list, object};
            case Kind::long_integer:
                return {"text", "7", 1.5, 1e19, 1e300, true, list, object};
            case Kind::floating:
                return {"text", "1.5", true, list, object};
            case Kind::boolean:
                return {"text", "true", 1, list, object};
            case Kind::timestamp:
                return {"text", 1e300, -1e300, true, list, object};
            case Kind::list:
                return {"text", 7, true, object};
            case Kind::map:
            case Kind::structure:
                break;
        }
        return {"text", 7, true, list};
    }

    void string(const Shape& shape, json::value& place, Where where) {
        // An empty path segment cannot be sent, so that a label has no text shorter than one.
        if (shape.low >= 1 && where == Where::body) {
            record(place, json::value(std::string(count_of(shape.low) - 1, 's')),
                   Constraint::shortest);
        }
        if (std::isfinite(shape.high)) {
            record(place, json::value(std::string(count_of(shape.high) + 1, 's')),
                   Constraint::longest);
        }
        if (*shape.pattern != '\0') {
            record(place, json::value(unfit(shape)), Constraint::pattern);
        }
    }

    /// A text of a fit length that the pattern refuses.
    static std::string unfit(const Shape& shape) {
        const auto length = count_of(std::max(1.0, shape.low));
        for (const char c : {'!', ' ', '\0', '*', ':'}) {
            const std::string text(length, c);
            if (!matches_pattern(shape.pattern, text)) {
                return text;
            }
        }
        throw base::Error(std::string("everything fits ") + shape.pattern);
    }

    void number(const Shape& shape, json::value& place) {
        if (std::isfinite(shape.low)) {
            record(place, static_cast<std::int64_t>(shape.low) - 1, Constraint::smallest);
        }
        if (std::isfinite(shape.high)) {
            record(place, static_cast<std::int64_t>(shape.high) + 1, Constraint::largest);
        }
    }

    void list(const Shape& shape, json::value& place, Where where) {
        const auto item = place.as_array().front();
        if (shape.low >= 1 && where != Where::query) {
            record(place, json::array(count_of(shape.low) - 1, item), Constraint::fewest);
        }
        if (std::isfinite(shape.high)) {
            record(place, json::array(count_of(shape.high) + 1, item), Constraint::most);
        }
        // The items of a form are named by their number: Filter.1.
        const auto walk = [&] { value(*shape.element, place.as_array().front(), where); };
        if (is_form()) {
            const Path::Step step(path_, item_name());
            walk();
        } else {
            {
                const Path::Step step(path_, std::size_t{0});
                walk();
                if (where == Where::body) {
                    record(place.as_array().front(), nullptr, Constraint::kind);
                }
            }
            if (where == Where::body && shape.high >= 2) {
                second_item(shape, place);
            }
        }
    }

    /// A good item and after it one of a wrong kind.
    void second_item(const Shape& shape, json::value& place) {
        const Path::Step step(path_, std::size_t{1});
        auto items = place.as_array();
        items.push_back(wrong_kinds(*shape.element).front());
        record(place, std::move(items), Constraint::kind);
    }

    static std::string_view item_name() { return "1"; }

    void map(const Shape& shape, json::value& place, Where where) {
        const auto item = place.as_object().begin()->value();
        const std::string key(place.as_object().begin()->key());
        if (shape.low >= 1) {
            record(place, json::object{}, Constraint::fewest);
        }
        if (std::isfinite(shape.high)) {
            json::object crowd;
            for (std::size_t index = 0; index <= count_of(shape.high); ++index) {
                crowd["key" + std::to_string(index)] = item;
            }
            record(place, crowd, Constraint::most);
        }
        {
            const Path::Step step(path_, key);
            value(*shape.element, place.as_object().at(key), where);
        }
        map_key(shape, place, item);
    }

    void map_key(const Shape& shape, json::value& place, const json::value& item) {
        const auto rename = [&](const std::string& bad, Constraint broken) {
            const Path::Step step(path_, bad);
            record(place, json::object{{bad, item}}, broken);
        };
        if (shape.key->low >= 1) {
            rename(std::string(count_of(shape.key->low) - 1, 's'), Constraint::shortest);
        }
        if (std::isfinite(shape.key->high)) {
            rename(std::string(count_of(shape.key->high) + 1, 's'), Constraint::longest);
        }
        if (*shape.key->pattern != '\0') {
            rename(unfit(*shape.key), Constraint::pattern);
        }
    }

    const Service& service_;
    json::value root_;
    Path path_;
    std::vector<BadRequest> found_;
};

}  // namespace

std::vector<BadRequest> bad_requests(const Service& service, const Operation& operation) {
    return Breaker(service, operation).found();
}

}  // namespace goldsmith::api
