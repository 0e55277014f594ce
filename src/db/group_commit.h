// GroupCommit: several writers share one commit, and so one flush to the disk. Part of
// db::Database.
//
// Writers take turns on the one connection that writes. A writer that ends its turn while others
// wait leaves the transaction open for the next one and waits for the outcome; the last of them
// commits for all. Each writer but the first of a group works within a savepoint, so that one that
// fails undoes its own changes and nobody else's, and sees its own error. A writer is told that it
// succeeded only when the commit that holds its changes is durable; when that commit fails, all in
// the group see its error. A writer that nobody waits behind commits at once: alone, it pays
// nothing.
//
// Thread-safe. The connection must outlive the object.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "base/guarded.h"
#include "db/transaction.h"

namespace goldsmith::db {

struct GroupLimits {
    /// A group is committed when it has that many members or is that old, whoever waits.
    int members = 64;
    std::chrono::milliseconds age{20};
};

class GroupCommit {
public:
    explicit GroupCommit(Connection& connection, GroupLimits limits = {})
        : connection_(connection), limits_(limits) {}
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// Runs `work` in a transaction of its own or of a group, and returns when its changes are
    /// durable. Passes on what `work` throws, after its changes are undone. Throws Error{busy} when
    /// the turn does not come within `deadline`, or when another member's failure took the whole
    /// group's transaction with it (the caller may simply run it again), and Error{misuse} when
    /// this thread is within a turn already.
    void run(const std::function<void(Transaction&)>& work, std::chrono::milliseconds deadline);

    /// How many writers wait for their turn at this moment.
    int waiting() const;

private:
    struct Group {
        int members = 0;
        std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
        bool ended = false;
        std::exception_ptr failure;  // of the commit
    };
    struct Turns {
        std::thread::id holder;  // of the turn; none: free
        int waiting = 0;
        std::shared_ptr<Group> open;  // has a transaction that is not committed yet
    };

    /// Waits for the turn.
    void take_turn(std::chrono::milliseconds deadline);
    /// Runs the work within the open transaction, or within a new one.
    void work_in_group(const std::function<void(Transaction&)>& work);
    void work_as_first(const std::function<void(Transaction&)>& work);
    /// Gives the turn back; commits first unless somebody waits who will. Returns the group whose
    /// end the caller awaits.
    std::shared_ptr<Group> end_turn();
    void end_group(const std::shared_ptr<Group>& group, std::exception_ptr failure);
    void await_end(Group& group);

    Connection& connection_;
    const GroupLimits limits_;
    std::optional<Transaction> transaction_;  // of the open group; the holder of the turn uses it
    base::Guarded<Turns> turns_;
    std::condition_variable turn_free_;
    std::condition_variable group_ended_;
};

}  // namespace goldsmith::db
