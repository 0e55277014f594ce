#include "db/database.h"

#include "db/error.h"

namespace goldsmith::db {

Database::Database(std::unique_ptr<Driver> driver, RetryPolicy retry)
    : driver_(std::move(driver)),
      retry_(std::move(retry)),
      writer_(driver_->connect(Driver::Access::read_write)) {}

Database::~Database() = default;

std::unique_ptr<Connection> Database::connect() {
    return driver_->connect(Driver::Access::read_write);
}

Database::WriterLease::WriterLease(Database& database) : database_(database) {
    if (database.writer_thread_.load() == std::this_thread::get_id()) {
        throw Error(ErrorKind::misuse,
                    "write() was called inside write(): pass the transaction along instead");
    }
    // By the system clock, because the thread sanitizer of our compiler does not see the timed lock
    // that the steady clock needs; a clock that is set meanwhile only moves the deadline.
    const auto deadline = std::chrono::system_clock::now() + database.retry_.deadline;
    if (!database.writer_mutex_.try_lock_until(deadline)) {
        throw Error(ErrorKind::busy, "another thread has been writing to the database for " +
                                         std::to_string(database.retry_.deadline.count()) + " ms");
    }
    database.writer_thread_ = std::this_thread::get_id();
}

Database::WriterLease::~WriterLease() {
    database_.writer_thread_ = std::thread::id();
    database_.writer_mutex_.unlock();
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
