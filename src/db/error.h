// What a database reports when it cannot do what it was asked. Callers react to the kind: `busy` is
// retried by retry_busy(), `unique` is how a race between two creators of one name shows,
// everything else is passed up until somebody answers "internal failure".
#pragma once

#include <string>

#include "base/error.h"

namespace goldsmith::db {

enum class ErrorKind {
    busy,
    unique,
    foreign_key,
    constraint,
    full,
    corrupt,
    read_only,
    misuse,
    other
};

/// Name of the kind in messages ("busy", "unique", ...).
const char* to_string(ErrorKind kind);

class Error : public base::Error {
public:
    Error(ErrorKind kind, const std::string& what) : base::Error(what), kind_(kind) {}
    ErrorKind kind() const noexcept { return kind_; }

private:
    ErrorKind kind_;
};

}  // namespace goldsmith::db
