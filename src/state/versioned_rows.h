// Rows of the resources that have versions: components, workflows, image and container recipes,
// images. The families share columns and statements and differ in the table. Used by service/, and
// by images.h, which adds what changes about an image.
//
// Functions run on the connection they are given, inside whatever transaction it has open; those
// that change something need one that writes. Failures throw db::Error. Constant objects,
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/version.h"
#include "state/scope.h"

namespace goldsmith::db {
class Connection;
class Row;
}  // namespace goldsmith::db

namespace goldsmith::state {

struct VersionedRow {
    std::int64_t id = 0;
    Scope scope{};
    std::string slug{};              // of a workflow: "build/my-workflow"
    api::Version version{};          // with its build; recipes have build 0
    std::int64_t version_order = 0;  // id of the version's first build; key of page_versions()
    std::string digest{};            // of what must differ for a new build to be made
    std::int64_t created_ms = 0;
    std::string body{};  // the API's JSON of the resource, without its tags
};

class VersionedRows {
public:
    /// `table` is one of the tables of migration 0001; never anything from outside.
    explicit VersionedRows(std::string_view table);

    /// The build number after the last one ever given to this version; given once.
    std::uint32_t take_build_number(db::Connection& connection, const Scope& scope,
                                    std::string_view slug, const api::Version& version) const;
    /// Fills in `id` and `version_order`. Throws db::Error{unique} when the row is there already.
    void insert(db::Connection& connection, VersionedRow& row) const;
    bool erase(db::Connection& connection, std::int64_t id) const;
    void update_body(db::Connection& connection, std::int64_t id, std::string_view body) const;

    std::optional<VersionedRow> find(db::Connection& connection, const Scope& scope,
                                     std::string_view slug, const api::Version& version) const;
    /// All versions of a name with their builds, highest first.
    std::vector<api::Version> versions(db::Connection& connection, const Scope& scope,
                                       std::string_view slug) const;
    /// The latest build of each version, newest version first; `before` is the version_order of the
    /// last row of the page before.
    std::vector<VersionedRow> page_versions(db::Connection& connection, const Scope& scope,
                                            std::int64_t before, int limit) const;
    /// Every build, newest first, of one slug or of all; `before` is the id of the last row of the
    /// page before.
    std::vector<VersionedRow> page_builds(db::Connection& connection, const Scope& scope,
                                          std::optional<std::string_view> slug, std::int64_t before,
                                          int limit) const;
    std::int64_t count_versions(db::Connection& connection, const Scope& scope) const;

private:
    struct Statements {
        std::string take_number, insert, set_order, erase, update_body, find, versions,
            page_versions, page_builds, page_builds_of_slug, first_order, count;
    };
    std::string table_{};
    Statements sql_;
};

const VersionedRows& components();
const VersionedRows& workflows();
const VersionedRows& image_recipes();
const VersionedRows& container_recipes();

/// `before` of a first page.
inline constexpr std::int64_t from_the_newest = INT64_MAX;

}  // namespace goldsmith::state
