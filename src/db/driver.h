// The seam between db::Database and one kind of database. Implemented by sqlite::Driver, and by
// postgres::Driver when there are several daemons. Thread-safe: connect() may be called by any
// thread.
#pragma once

#include <memory>

#include "db/connection.h"

namespace goldsmith::db {

class Driver {
public:
    enum class Access { read_only, read_write };

    virtual ~Driver() = default;
    /// Throws Error with what to do when the database cannot be opened.
    virtual std::unique_ptr<Connection> connect(Access access) = 0;
};

}  // namespace goldsmith::db
