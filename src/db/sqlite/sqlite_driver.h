// SQLite behind db::Driver: one file, write-ahead log, every commit flushed to the disk
// (synchronous=FULL), foreign keys enforced. Several processes may have the file open.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "db/database.h"
#include "db/driver.h"

namespace goldsmith::db::sqlite {

struct Options {
    std::string path;
    std::chrono::milliseconds busy_timeout{5'000};
    /// false: commits are not flushed (tests only; a power cut may then undo the last ones).
    bool durable = true;
};

class Driver : public db::Driver {
public:
    explicit Driver(Options options) : options_(std::move(options)) {}
    std::unique_ptr<Connection> connect(Access access) override;

private:
    Options options_;
};

/// The database in the file, created (mode 0600) when absent. Not migrated yet.
std::unique_ptr<Database> open(Options options, RetryPolicy retry = {});

}  // namespace goldsmith::db::sqlite
