// The ExecutionStore of the daemon: every call is one transaction on the database.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "state/execution_store.h"

namespace goldsmith::state {

/// Called inside the transaction of every append, so that other tables (images, pipelines) change
/// with the events or not at all. `execution` is the row as it is after the append.
using ProjectionHook =
    std::function<void(db::Transaction&, const ExecutionRow& execution, const Append& step)>;

class SqlExecutionStore final : public ExecutionStore {
public:
    /// `database` must outlive the store.
    explicit SqlExecutionStore(db::Database& database, ProjectionHook hook = {});

    void create(const NewExecution& execution) override;
    bool signal(const std::string& execution_id, const NewSignal& signal) override;
    void wake(const std::string& execution_id, base::Time now) override;
    std::optional<ClaimedExecution> claim(const std::string& owner, base::Time now,
                                          base::Time lease_until) override;
    bool renew(const Lease& lease, base::Time lease_until) override;
    void release(const Lease& lease, std::optional<base::Time> wake_at) override;
    void release_all_of(const std::string& owner) override;
    std::optional<base::Time> next_due() override;
    std::vector<EventRow> events(const std::string& execution_id,
                                 std::int64_t after_sequence) override;
    std::vector<SignalRow> signals(const std::string& execution_id) override;
    void append(const Lease& lease, const Append& step) override;
    std::optional<ExecutionRow> find(const std::string& execution_id) override;

private:
    db::Database& database_;
    ProjectionHook hook_;
};

}  // namespace goldsmith::state
