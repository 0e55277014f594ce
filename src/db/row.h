// One row of an answer, copied out of the database, so that it outlives the statement and the
// transaction. Columns are addressed by their position in the SELECT list. Asking for a column as
// something it is not (a NULL as text, a text as number, a position that is not there) throws
// Error{misuse}: that is a defect in the SQL beside the call, never a property of the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/value.h"

namespace goldsmith::db {

class Row {
public:
    explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

    std::size_t size() const noexcept { return values_.size(); }
    bool is_null(std::size_t column) const;
    const std::string& text(std::size_t column) const;
    std::int64_t integer(std::size_t column) const;
    double real(std::size_t column) const;
    bool boolean(std::size_t column) const { return integer(column) != 0; }
    std::optional<std::string> optional_text(std::size_t column) const;
    std::optional<std::int64_t> optional_integer(std::size_t column) const;

private:
    const Value& at(std::size_t column) const;
    std::vector<Value> values_;
};

}  // namespace goldsmith::db
