// One open handle on an SQLite file and its prepared statements. One thread at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "db/connection.h"
#include "db/sqlite/sqlite_driver.h"
#include "db/sqlite/sqlite_statement.h"
#include "db/trace.h"

namespace goldsmith::db::sqlite {

class Connection : public db::Connection {
public:
    Connection(const Options& options, db::Driver::Access access);
    ~Connection() override;

    Result run(std::string_view sql, std::span<const Value> arguments) override;
    void run_script(std::string_view sql) override;
    const Dialect& dialect() const override;

private:
    Statement& statement(std::string_view sql);
    void configure(const Options& options, db::Driver::Access access);

    struct Close {
        void operator()(sqlite3* handle) const;
    };

    Trace trace_;
    std::unique_ptr<sqlite3, Close> handle_;
    // SQL texts are constants of the program, so that this stays small; statements die before the
    // handle because members are destroyed in reverse order.
    std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
};

}  // namespace goldsmith::db::sqlite
