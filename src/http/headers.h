#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace goldsmith::http {

// The header fields of one message, in the order they were received or will be sent. Names compare
// without regard to case; a name may stand several times. A value type, not synchronised.
class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    void add(std::string name, std::string value);
    // Replaces every field of that name by this one.
    void set(std::string_view name, std::string value);
    void remove(std::string_view name);

    // The first value of that name; nullopt when there is none.
    std::optional<std::string_view> find(std::string_view name) const;
    // The first value of that name; empty when there is none.
    std::string_view get(std::string_view name) const { return find(name).value_or(""); }
    bool contains(std::string_view name) const { return find(name).has_value(); }

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

private:
    std::vector<Field> fields_;
};

// Field names are ASCII; no locale takes part.
bool same_name(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace goldsmith::http
