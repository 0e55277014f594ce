// The database of a daemon: one connection that writes, used by one thread at a time, and as many
// readers as there are threads reading. Used by state/ through read() and write(); the functions
// given to them get a transaction and do everything in it. A reader's transaction stays open for
// the next read as long as nobody commits, and ends when somebody begins to write.
//
//     db.write([&](db::Transaction& tx) { images.insert(tx, row); executions.start(tx, ...); });
//     auto row = db.read([&](db::Connection& c) { return images.find(c, arn); });
//
// Thread-safe. write() commits when the function returns and rolls back when it throws; several
// writers that wait share one commit (group_commit.h), and each returns when its changes are
// durable. It runs the function again when the database was busy, so the function must have no
// other effect than its result. Calling write() inside write() on one thread is Error{misuse};
// read() inside write() sees the state before the write, so pass the transaction instead.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "db/connection.h"
#include "db/driver.h"
#include "db/group_commit.h"
#include "db/retry.h"
#include "db/transaction.h"

namespace goldsmith::db {

class Database {
public:
    explicit Database(std::unique_ptr<Driver> driver, RetryPolicy retry = {});
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    template <class Function>
    auto write(Function&& function) {
        end_kept_snapshots();
        using Outcome = std::invoke_result_t<Function&, Transaction&>;
        if constexpr (std::is_void_v<Outcome>) {
            const std::function<void(Transaction&)> work = std::ref(function);
            retry_busy(retry_, [&] { writers_.run(work, retry_.deadline); });
        } else {
            std::optional<Outcome> outcome;
            const std::function<void(Transaction&)> work = [&](Transaction& transaction) {
                outcome.emplace(function(transaction));
            };
            retry_busy(retry_, [&] { writers_.run(work, retry_.deadline); });
            return *std::move(outcome);
        }
    }

    template <class Function>
    auto read(Function&& function) {
        ReaderLease reader(*this);
        return retry_busy(retry_, [&] {
            try {
                return function(reader.snapshot());
            } catch (const Error&) {
                reader.end_snapshot();
                throw;
            }
        });
    }

    /// For those who remember what they read: while the stamp is the one that was taken before the
    /// read, the read would give the same again. Nothing: read.
    std::optional<CommitStamp> commit_stamp() const { return writer_->commit_stamp(); }

    /// A further connection that may write, for one thread that runs its own transactions (the
    /// engine's loop). It competes with write() for the database's lock: use retry_busy().
    std::unique_ptr<Connection> connect();

private:
    struct Reader {
        std::unique_ptr<Connection> connection;
        std::optional<Transaction> snapshot;
        std::optional<CommitStamp> stamp;  // of a moment before the snapshot
    };
    class ReaderLease {
    public:
        explicit ReaderLease(Database& database);
        ~ReaderLease();
        ReaderLease(const ReaderLease&) = delete;
        ReaderLease& operator=(const ReaderLease&) = delete;
        /// As of now: a new one when anything was committed since the last.
        Connection& snapshot();
        void end_snapshot() { reader_->snapshot.reset(); }

    private:
        Database& database_;
        std::unique_ptr<Reader> reader_;
    };

    /// A snapshot that nobody uses would keep the log of a database from being used anew.
    void end_kept_snapshots();

    std::unique_ptr<Driver> driver_;
    RetryPolicy retry_;
    std::unique_ptr<Connection> writer_;
    GroupCommit writers_{*writer_};
    base::Guarded<std::vector<std::unique_ptr<Reader>>> idle_readers_;
};

}  // namespace goldsmith::db
