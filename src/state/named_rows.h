// Rows of the resources that have a name and no version: infrastructure and distribution
// configurations, pipelines, lifecycle policies. They share columns and statements and differ in
// the table.
//
// Functions run on the connection they are given; those that change something need a transaction
// that writes. Failures throw db::Error. Constant objects, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct NamedRow {
    std::int64_t id = 0;
    Scope scope{};
    std::string slug{};
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> updated_ms{};
    std::string body{};  // the API's JSON of the resource, without its tags
};

class NamedRows {
public:
    /// `table` is one of the tables of the migrations; never anything from outside.
    explicit NamedRows(std::string_view table);

    /// Fills in `id`. Throws db::Error{unique} when the name is taken.
    void insert(db::Connection& connection, NamedRow& row) const;
    void update(db::Connection& connection, std::int64_t id, std::string_view body,
                std::int64_t updated_ms) const;
    bool erase(db::Connection& connection, std::int64_t id) const;
    std::optional<NamedRow> find(db::Connection& connection, const Scope& scope,
                                 std::string_view slug) const;
    /// Newest first; `before` is the id of the last row of the page before.
    std::vector<NamedRow> page(db::Connection& connection, const Scope& scope, std::int64_t before,
                               int limit) const;
    std::int64_t count(db::Connection& connection, const Scope& scope) const;

private:
    struct Statements {
        std::string insert, update, erase, find, page, count;
    };
    Statements sql_;
};

const NamedRows& infrastructure_configurations();
const NamedRows& distribution_configurations();
const NamedRows& image_pipelines();
const NamedRows& lifecycle_policies();

}  // namespace goldsmith::state
