#include "db/sqlite/sqlite_driver.h"

#include "db/sqlite/sqlite_connection.h"

namespace goldsmith::db::sqlite {

std::unique_ptr<db::Connection> Driver::connect(Access access) {
    return std::make_unique<Connection>(options_, access);
}

std::unique_ptr<Database> open(Options options, RetryPolicy retry) {
    return std::make_unique<Database>(std::make_unique<Driver>(std::move(options)),
                                      std::move(retry));
}

}  // namespace goldsmith::db::sqlite
