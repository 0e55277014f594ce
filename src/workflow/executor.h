// Where the loop runs the calls of actions. WorkerPool in the daemon, InlineExecutor in tests.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace goldsmith::workflow {

class Executor {
public:
    virtual ~Executor() = default;
    /// Runs `job` soon, once. Jobs do not throw.
    virtual void submit(std::function<void()> job) = 0;
};

/// Runs the job inside submit(): tests without threads.
class InlineExecutor final : public Executor {
public:
    void submit(std::function<void()> job) override { job(); }
};

/// A fixed number of named threads ("action-1", ...). The destructor drops jobs that have not begun
/// and waits for those that have.
class WorkerPool final : public Executor {
public:
    WorkerPool(std::string name, int threads);
    ~WorkerPool() override;
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    void submit(std::function<void()> job) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::workflow
