#include "db/transaction.h"

#include "db/dialect.h"
#include "db/error.h"

namespace goldsmith::db {

Transaction::Transaction(Connection& connection, Mode mode) : connection_(connection) {
    const Dialect& dialect = connection.dialect();
    connection_.execute(mode == Mode::write ? dialect.begin_write() : dialect.begin_read());
    open_ = true;
}

Transaction::~Transaction() {
    if (!open_) {
        return;
    }
    try {
        connection_.execute("ROLLBACK");
    } catch (const Error&) {
        // The database has already rolled back by itself (full disk, I/O error): nothing is left to
        // undo, and the error that brought us here says why.
    }
}

void Transaction::commit() {
    if (!open_) {
        throw Error(ErrorKind::misuse, "the transaction has already been committed");
    }
    connection_.execute("COMMIT");
    open_ = false;
}

}  // namespace goldsmith::db
