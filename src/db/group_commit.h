// GroupCommit: several writers share one commit, and so one flush to the disk. Part of
// db::Database.
//
// The writer that finds the connection free leads: it runs its own work and then, within the same
// transaction, that of everybody who has queued meanwhile, commits once, and hands the lead to the
// first who has come since. Nobody else's thread is woken before its outcome is known. Each writer
// but the first of a group works within a savepoint, so that one that fails undoes its own changes
// and nobody else's, and sees its own error. A writer is told that it succeeded only when the
// commit that holds its changes is durable; when that commit fails, all in the group see its error.
// A writer that nobody waits behind commits at once: alone, it pays nothing.
//
// Thread-safe. The connection must outlive the object.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <thread>

#include "base/completion.h"
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
    using Work = std::function<void(Transaction&)>;

    explicit GroupCommit(Connection& connection, GroupLimits limits = {})
        : connection_(connection), limits_(limits) {}
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// Runs `work`, on this thread or on that of another writer while this one waits, in a
    /// transaction of its own or of a group, and returns when its changes are durable. Passes on
    /// what `work` throws, after its changes are undone. Throws Error{busy} when the turn does not
    /// come within `deadline`, or when another member's failure took the whole group's transaction
    /// with it (the caller may simply run it again), and Error{misuse} when called from within a
    /// `work`.
    void run(const Work& work, std::chrono::milliseconds deadline);

    /// How many writers have queued at this moment.
    int waiting() const;

private:
    struct Told {
        bool leads = false;          // its work is not done yet: it is the next to lead
        std::exception_ptr failure;  // otherwise: null when it succeeded
    };
    struct Writer {
        explicit Writer(const Work& given) : work(given) {}
        const Work& work;  // the caller's, which waits
        const std::thread::id thread = std::this_thread::get_id();
        base::Completion<Told> told;
    };
    // A list, because moving a writer from one to another cannot fail.
    using Writers = std::list<std::shared_ptr<Writer>>;
    struct Turns {
        std::thread::id leader;  // none: nobody writes
        Writers queue;
    };

    /// True when this thread leads from now on; else the writer has been queued.
    bool lead_or_queue(const std::shared_ptr<Writer>& writer);
    /// What becomes of a queued writer, at the latest when the deadline has passed.
    Told await_turn(const std::shared_ptr<Writer>& writer, std::chrono::milliseconds deadline);
    /// Runs this writer's work and that of the queue, commits, and hands on the lead.
    void lead(const Work& work);
    /// Moves the next queued writer to the end of `members`. False when there is none, or when the
    /// group is full or old enough.
    bool take_member(Writers& members, std::chrono::steady_clock::time_point begun);
    /// Null when it succeeded. Ends the transaction when the failure took it along.
    std::exception_ptr run_in_savepoint(const Work& work, std::optional<Transaction>& transaction);
    void hand_on();

    Connection& connection_;
    const GroupLimits limits_;
    base::Guarded<Turns> turns_;
};

}  // namespace goldsmith::db
