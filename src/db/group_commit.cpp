#include "db/group_commit.h"

#include "db/error.h"

namespace goldsmith::db {

void GroupCommit::run(const std::function<void(Transaction&)>& work,
                      std::chrono::milliseconds deadline) {
    take_turn(deadline);
    std::exception_ptr failure;
    try {
        work_in_group(work);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto group = end_turn();
    if (failure) {
        std::rethrow_exception(failure);
    }
    await_end(*group);
}

void GroupCommit::take_turn(std::chrono::milliseconds deadline) {
    auto turns = turns_.lock();
    if (turns->holder == std::this_thread::get_id()) {
        throw Error(ErrorKind::misuse,
                    "write() was called inside write(): pass the transaction along instead");
    }
    ++turns->waiting;
    // By the system clock, because the thread sanitizer of our compiler does not see the timed wait
    // that the steady clock needs; a clock that is set meanwhile only moves the deadline.
    const bool free = turns.wait_until(turn_free_, std::chrono::system_clock::now() + deadline,
                                       [&] { return turns->holder == std::thread::id(); });
    --turns->waiting;
    if (!free) {
        throw Error(ErrorKind::busy, "another thread has been writing to the database for " +
                                         std::to_string(deadline.count()) + " ms");
    }
    turns->holder = std::this_thread::get_id();
}

void GroupCommit::work_in_group(const std::function<void(Transaction&)>& work) {
    if (!transaction_) {
        return work_as_first(work);
    }
    try {
        connection_.execute("SAVEPOINT member");
        work(*transaction_);
        connection_.execute("RELEASE member");
    } catch (...) {
        const auto failure = std::current_exception();
        try {
            connection_.execute("ROLLBACK TO member");
            connection_.execute("RELEASE member");
        } catch (const Error&) {
            // The database has given up the whole transaction (full disk, I/O error). The others
            // have done nothing wrong: `busy` lets them run again, each in a group without us.
            transaction_.reset();
            const auto group = turns_.lock()->open;
            end_group(group, std::make_exception_ptr(
                                 Error(ErrorKind::busy,
                                       "another writer's failure undid the shared transaction")));
        }
        std::rethrow_exception(failure);
    }
    ++turns_.lock()->open->members;
}

void GroupCommit::work_as_first(const std::function<void(Transaction&)>& work) {
    transaction_.emplace(connection_, Transaction::Mode::write);
    try {
        work(*transaction_);
    } catch (...) {
        transaction_.reset();
        throw;
    }
    auto group = std::make_shared<Group>();
    group->members = 1;
    turns_.lock()->open = std::move(group);
}

int GroupCommit::waiting() const {
    return turns_.lock()->waiting;
}

std::shared_ptr<GroupCommit::Group> GroupCommit::end_turn() {
    std::shared_ptr<Group> group;
    {
        auto turns = turns_.lock();
        group = turns->open;
        const bool goes_on = group && turns->waiting > 0 && group->members < limits_.members &&
                             std::chrono::steady_clock::now() - group->begun < limits_.age;
        if (!group || goes_on) {
            turns->holder = std::thread::id();
            turn_free_.notify_one();
            return group;
        }
    }
    std::exception_ptr failure;
    try {
        transaction_->commit();
    } catch (...) {
        failure = std::current_exception();
    }
    transaction_.reset();
    end_group(group, failure);
    turns_.lock()->holder = std::thread::id();
    turn_free_.notify_one();
    return group;
}

void GroupCommit::end_group(const std::shared_ptr<Group>& group, std::exception_ptr failure) {
    auto turns = turns_.lock();
    group->failure = std::move(failure);
    group->ended = true;
    turns->open.reset();
    group_ended_.notify_all();
}

void GroupCommit::await_end(Group& group) {
    auto turns = turns_.lock();
    // Whoever holds the turn ends the group or hands it on to somebody who waits; the deadline is
    // only what a timed wait needs.
    while (!turns.wait_until(group_ended_,
                             std::chrono::system_clock::now() + std::chrono::minutes(1),
                             [&] { return group.ended; })) {
    }
    if (group.failure) {
        std::rethrow_exception(group.failure);
    }
}

}  // namespace goldsmith::db
