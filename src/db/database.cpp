#include "db/database.h"

namespace goldsmith::db {

Database::Database(std::unique_ptr<Driver> driver, RetryPolicy retry)
    : driver_(std::move(driver)),
      retry_(std::move(retry)),
      writer_(driver_->connect(Driver::Access::read_write)) {}

Database::~Database() = default;

std::unique_ptr<Connection> Database::connect() {
    return driver_->connect(Driver::Access::read_write);
}

Database::ReaderLease::ReaderLease(Database& database) : database_(database) {
    {
        auto idle = database.idle_readers_.lock();
        if (!idle->empty()) {
            connection_ = std::move(idle->back());
            idle->pop_back();
        }
    }
    if (!connection_) {
        connection_ = database.driver_->connect(Driver::Access::read_only);
    }
}

Database::ReaderLease::~ReaderLease() {
    database_.idle_readers_.lock()->push_back(std::move(connection_));
}

}  // namespace goldsmith::db
