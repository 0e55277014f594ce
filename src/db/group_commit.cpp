#include "db/group_commit.h"

#include "base/waiting.h"
#include "db/error.h"

namespace goldsmith::db {

namespace {

std::exception_ptr undone_by_another() {
    return std::make_exception_ptr(
        Error(ErrorKind::busy, "another writer's failure undid the shared transaction"));
}

}  // namespace

void GroupCommit::run(const Work& work, std::chrono::milliseconds deadline) {
    base::announce_wait();  // for a turn, or for the disk
    const auto writer = std::make_shared<Writer>(work);
    const Told told =
        lead_or_queue(writer) ? Told{.leads = true, .failure = {}} : await_turn(writer, deadline);
    if (told.leads) {
        return lead(work);
    }
    if (told.failure) {
        std::rethrow_exception(told.failure);
    }
}

bool GroupCommit::lead_or_queue(const std::shared_ptr<Writer>& writer) {
    auto turns = turns_.lock();
    const auto self = std::this_thread::get_id();
    if (turns->leader == self) {
        throw Error(ErrorKind::misuse,
                    "write() was called inside write(): pass the transaction along instead");
    }
    if (turns->leader == std::thread::id()) {
        turns->leader = self;
        return true;
    }
    turns->queue.push_back(writer);
    return false;
}

GroupCommit::Told GroupCommit::await_turn(const std::shared_ptr<Writer>& writer,
                                          std::chrono::milliseconds deadline) {
    if (auto told = writer->told.wait_for(deadline)) {
        return *std::move(told);
    }
    if (std::erase(turns_.lock()->queue, writer) > 0) {
        throw Error(ErrorKind::busy, "another thread has been writing to the database for " +
                                         std::to_string(deadline.count()) + " ms");
    }
    return writer->told.wait();  // taken out of the queue: a leader is at it
}

void GroupCommit::lead(const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    std::exception_ptr failure;
    Writers members;
    try {
        std::optional<Transaction> transaction(std::in_place, connection_,
                                               Transaction::Mode::write);
        work(*transaction);
        while (transaction && take_member(members, begun)) {
            if (auto own = run_in_savepoint(members.back()->work, transaction)) {
                members.back()->told.report({.leads = false, .failure = std::move(own)});
                members.pop_back();
            }
        }
        if (transaction) {
            transaction->commit();
        } else {
            failure = undone_by_another();
        }
    } catch (...) {
        failure = std::current_exception();
    }
    hand_on();
    for (const auto& member : members) {
        member->told.report({.leads = false, .failure = failure});
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

bool GroupCommit::take_member(Writers& members, std::chrono::steady_clock::time_point begun) {
    auto turns = turns_.lock();
    const bool full = static_cast<int>(members.size()) + 1 >= limits_.members ||
                      std::chrono::steady_clock::now() - begun >= limits_.age;
    if (full || turns->queue.empty()) {
        return false;
    }
    members.splice(members.end(), turns->queue, turns->queue.begin());
    return true;
}

std::exception_ptr GroupCommit::run_in_savepoint(const Work& work,
                                                 std::optional<Transaction>& transaction) {
    try {
        connection_.execute("SAVEPOINT member");
        work(*transaction);
        connection_.execute("RELEASE member");
        return nullptr;
    } catch (...) {
        auto failure = std::current_exception();
        try {
            connection_.execute("ROLLBACK TO member");
            connection_.execute("RELEASE member");
        } catch (const Error&) {
            // The database has given up the whole transaction (full disk, I/O error). The others
            // have done nothing wrong: `busy` lets them run again, each in a group without us.
            transaction.reset();
        }
        return failure;
    }
}

/// The first in the queue leads next; its thread takes over by itself.
void GroupCommit::hand_on() {
    Writers next;
    {
        auto turns = turns_.lock();
        turns->leader = std::thread::id();
        if (!turns->queue.empty()) {
            next.splice(next.end(), turns->queue, turns->queue.begin());
            turns->leader = next.front()->thread;
        }
    }
    if (!next.empty()) {
        next.front()->told.report({.leads = true, .failure = {}});
    }
}

int GroupCommit::waiting() const {
    return static_cast<int>(turns_.lock()->queue.size());
}

}  // namespace goldsmith::db
