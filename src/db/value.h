// One value bound to a statement or read from a row. There are no blobs: bytes live in the store,
// the database holds their names. Booleans are stored as 0 and 1, times as integer milliseconds
// since the epoch in columns whose names end in `_ms`.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace goldsmith::db {

class Value {
public:
    using Storage = std::variant<std::monostate, std::int64_t, double, std::string>;

    Value() = default;
    Value(std::nullptr_t) {}
    Value(std::nullopt_t) {}
    template <std::integral T>
    Value(T number) : storage_(static_cast<std::int64_t>(number)) {}
    Value(double number) : storage_(number) {}
    Value(std::string text) : storage_(std::move(text)) {}
    Value(std::string_view text) : storage_(std::string(text)) {}
    Value(const char* text) : storage_(std::string(text)) {}
    /// An empty optional is NULL.
    template <class T>
    Value(const std::optional<T>& optional) {
        if (optional) {
            storage_ = Value(*optional).storage_;
        }
    }

    const Storage& storage() const noexcept { return storage_; }
    bool is_null() const noexcept { return std::holds_alternative<std::monostate>(storage_); }
    bool operator==(const Value&) const = default;

private:
    Storage storage_;
};

}  // namespace goldsmith::db
