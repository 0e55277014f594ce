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

void Database::end_kept_snapshots() {
    auto idle = idle_readers_.lock();
    for (const auto& reader : *idle) {
        reader->snapshot.reset();
    }
}

Database::ReaderLease::ReaderLease(Database& database) : database_(database) {
    {
        auto idle = database.idle_readers_.lock();
        if (!idle->empty()) {
            reader_ = std::move(idle->back());
            idle->pop_back();
        }
    }
    if (!reader_) {
        reader_ = std::make_unique<Reader>();
        reader_->connection = database.driver_->connect(Driver::Access::read_only);
    }
}

Database::ReaderLease::~ReaderLease() {
    database_.idle_readers_.lock()->push_back(std::move(reader_));
}

Connection& Database::ReaderLease::snapshot() {
    const auto now = database_.commit_stamp();
    if (!reader_->snapshot || !now || now != reader_->stamp) {
        reader_->snapshot.reset();
        reader_->stamp = now;
        reader_->snapshot.emplace(*reader_->connection, Transaction::Mode::read);
    }
    return reader_->snapshot->connection();
}

}  // namespace goldsmith::db
