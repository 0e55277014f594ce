#include "db/sqlite/sqlite_connection.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <chrono>

#include "base/files.h"
#include "db/error.h"
#include "db/sqlite/sqlite_schema.h"

namespace goldsmith::db::sqlite {
namespace {

constexpr std::size_t most_prepared_statements = 512;

sqlite3* open_handle(const std::string& path, db::Driver::Access access) {
    if (access == db::Driver::Access::read_write) {
        // SQLite would create the file with the umask; resource bodies and keys are nobody else's.
        base::open_file(path, O_RDWR | O_CREAT, 0600);
    }
    // Read-only connections open the file for writing too, because reading a write-ahead log needs
    // its shared memory; `query_only` keeps them from changing anything.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    if (code != SQLITE_OK) {
        sqlite3_close_v2(handle);
        throw_error(nullptr, code, "open " + path);
    }
    return handle;
}

}  // namespace

void Connection::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

Connection::Connection(const Options& options, db::Driver::Access access)
    : trace_(trace_from_environment()), handle_(open_handle(options.path, access)) {
    configure(options, access);
}

Connection::~Connection() = default;

void Connection::configure(const Options& options, db::Driver::Access access) {
    sqlite3_busy_timeout(handle_.get(), static_cast<int>(options.busy_timeout.count()));
    run("PRAGMA journal_mode = WAL", {});
    run(options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF", {});
    run("PRAGMA foreign_keys = ON", {});
    run("PRAGMA trusted_schema = OFF", {});
    if (access == db::Driver::Access::read_only) {
        run("PRAGMA query_only = ON", {});
        return;
    }
    run("PRAGMA user_version", {});  // the first read maps the index
    commits_ = WalIndex(handle_.get());
}

Statement& Connection::statement(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) {
        return *found->second;
    }
    if (statements_.size() >= most_prepared_statements) {
        statements_.clear();
    }
    auto prepared = std::make_unique<Statement>(handle_.get(), sql);
    return *statements_.emplace(std::string(sql), std::move(prepared)).first->second;
}

Result Connection::run(std::string_view sql, std::span<const Value> arguments) {
    const auto started = std::chrono::steady_clock::now();
    const auto before = sqlite3_total_changes64(handle_.get());
    Result result;
    result.rows = statement(sql).run(arguments);
    // changes() would still hold the number of the previous statement after a SELECT; the
    // difference of the totals also counts rows that cascades removed, so it only decides whether
    // there were any.
    if (sqlite3_total_changes64(handle_.get()) != before) {
        result.changed_rows = sqlite3_changes64(handle_.get());
    }
    if (trace_ != Trace::off) {
        print_trace(trace_, sql, arguments, result,
                    std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - started));
    }
    return result;
}

void Connection::run_script(std::string_view sql) {
    const std::string script(sql);
    const int code = sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw_error(handle_.get(), code, "a script of " + std::to_string(sql.size()) + " bytes");
    }
}

const Dialect& Connection::dialect() const {
    return sqlite::dialect();
}

}  // namespace goldsmith::db::sqlite
