#include "db/row.h"

#include "db/error.h"

namespace goldsmith::db {
namespace {

[[noreturn]] void throw_wrong_type(std::size_t column, const char* wanted) {
    throw Error(ErrorKind::misuse,
                "column " + std::to_string(column) + " of the row is not " + wanted);
}

template <class T>
const T& as(const Value& value, std::size_t column, const char* wanted) {
    const T* held = std::get_if<T>(&value.storage());
    if (held == nullptr) {
        throw_wrong_type(column, wanted);
    }
    return *held;
}

}  // namespace

const Value& Row::at(std::size_t column) const {
    if (column >= values_.size()) {
        throw Error(ErrorKind::misuse, "the row has " + std::to_string(values_.size()) +
                                           " columns, column " + std::to_string(column) +
                                           " was asked for");
    }
    return values_[column];
}

bool Row::is_null(std::size_t column) const {
    return at(column).is_null();
}

const std::string& Row::text(std::size_t column) const {
    return as<std::string>(at(column), column, "text");
}

std::int64_t Row::integer(std::size_t column) const {
    return as<std::int64_t>(at(column), column, "an integer");
}

double Row::real(std::size_t column) const {
    return as<double>(at(column), column, "a real number");
}

std::optional<std::string> Row::optional_text(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

}  // namespace goldsmith::db
