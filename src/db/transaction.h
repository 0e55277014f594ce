// A transaction that is rolled back unless commit() was called: leaving a scope early, by return or
// by exception, undoes everything. Holds its connection borrowed; one thread only. Usually made by
// Database::write() and Database::read(), which also commit and retry.
#pragma once

#include "db/connection.h"

namespace goldsmith::db {

class Transaction {
public:
    enum class Mode { read, write };

    Transaction(Connection& connection, Mode mode);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Makes the changes durable. Throws Error; then nothing has been changed.
    void commit();

    Connection& connection() noexcept { return connection_; }
    /// Functions that only read take Connection&, those that write take Transaction&.
    operator Connection&() noexcept { return connection_; }

    std::vector<Row> query(std::string_view sql, std::initializer_list<Value> arguments = {}) {
        return connection_.query(sql, arguments);
    }
    std::optional<Row> query_one(std::string_view sql,
                                 std::initializer_list<Value> arguments = {}) {
        return connection_.query_one(sql, arguments);
    }
    std::int64_t execute(std::string_view sql, std::initializer_list<Value> arguments = {}) {
        return connection_.execute(sql, arguments);
    }

private:
    Connection& connection_;
    bool open_ = false;
};

}  // namespace goldsmith::db
