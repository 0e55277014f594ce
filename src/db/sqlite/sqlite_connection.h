// One open handle on an SQLite file and its prepared statements. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/connection.h"
#include "db/sqlite/sqlite_driver.h"
#include "db/sqlite/sqlite_statement.h"
#include "db/sqlite/wal_index.h"
#include "db/trace.h"

namespace goldsmith::db::sqlite {

class Connection : public db::Connection {
public:
    Connection(const Options& options, db::Driver::Access access);
    ~Connection() override;

    Result run(std::string_view sql, std::span<const Value> arguments) override;
    void run_script(std::string_view sql) override;
    const Dialect& dialect() const override;
    std::optional<CommitStamp> commit_stamp() const override { return commits_.stamp(); }

private:
    Statement& statement(std::string_view sql);
    void configure(const Options& options, db::Driver::Access access);

    struct HashOfText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    struct Close {
        void operator()(sqlite3* handle) const;
    };

    Trace trace_;
    std::unique_ptr<sqlite3, Close> handle_;
    WalIndex commits_;  // points into what the handle has mapped
    // SQL texts are constants of the program, so that this stays small; statements die before the
    // handle because members are destroyed in reverse order.
    std::unordered_map<std::string, std::unique_ptr<Statement>, HashOfText, std::equal_to<>>
        statements_;
};

}  // namespace goldsmith::db::sqlite
