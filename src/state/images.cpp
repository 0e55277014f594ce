#include "state/images.h"

#include "api/arn.h"
#include "db/connection.h"
#include "db/error.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_state_sql =
    "INSERT INTO image_states (image_id, status, reason, pipeline_arn, recipe_arn, os_version,"
    " output_resources, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr std::string_view select_state_sql =
    "SELECT status, reason, pipeline_arn, recipe_arn, os_version, output_resources, updated_ms,"
    " deprecation_ms, lifecycle_execution_id FROM image_states WHERE image_id = ?1";
constexpr std::string_view page_of_pipeline_sql =
    "SELECT i.id, i.account, i.region, i.slug, i.major, i.minor, i.patch, i.build"
    " FROM image_states AS s JOIN images AS i ON i.id = s.image_id"
    " WHERE s.pipeline_arn = ?1 AND s.image_id < ?2 ORDER BY s.image_id DESC LIMIT ?3";
constexpr std::string_view set_status_sql =
    "UPDATE image_states SET status = ?2, reason = ?3, updated_ms = ?4 WHERE image_id = ?1";
constexpr std::string_view set_outputs_sql =
    "UPDATE image_states SET output_resources = ?2, updated_ms = ?3 WHERE image_id = ?1";
constexpr std::string_view set_lifecycle_sql =
    "UPDATE image_states SET deprecation_ms = ?2, lifecycle_execution_id = ?3 WHERE image_id = ?1";
constexpr std::string_view set_os_version_sql =
    "UPDATE image_states SET os_version = ?2, updated_ms = ?3 WHERE image_id = ?1";
constexpr std::string_view erase_packages_sql = "DELETE FROM image_packages WHERE image_id = ?1";
constexpr std::string_view insert_package_sql =
    "INSERT INTO image_packages (image_id, position, name, version) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view page_packages_sql =
    "SELECT name, version FROM image_packages WHERE image_id = ?1 AND position > ?2"
    " ORDER BY position LIMIT ?3";

std::int64_t require_id(db::Connection& connection, std::string_view image_arn) {
    const auto image = find_image(connection, image_arn);
    if (!image) {
        throw db::Error(db::ErrorKind::misuse, "there is no image " + std::string(image_arn));
    }
    return image->row.id;
}

}  // namespace

const VersionedRows& image_versions() {
    static const VersionedRows rows("images");
    return rows;
}

void insert_image(db::Connection& connection, ImageRow& image) {
    image_versions().insert(connection, image.row);
    connection.execute(insert_state_sql, {image.row.id, image.status, image.reason,
                                          image.pipeline_arn, image.recipe_arn, image.os_version,
                                          image.output_resources, image.updated_ms});
}

bool erase_image(db::Connection& connection, std::int64_t id) {
    return image_versions().erase(connection, id);
}

ImageRow with_image_state(db::Connection& connection, VersionedRow row) {
    const auto state = connection.query_one(select_state_sql, {row.id});
    if (!state) {
        throw db::Error(db::ErrorKind::corrupt,
                        "image row " + std::to_string(row.id) + " has no state row");
    }
    return {.row = std::move(row),
            .status = state->text(0),
            .reason = state->optional_text(1),
            .pipeline_arn = state->optional_text(2),
            .recipe_arn = state->optional_text(3),
            .os_version = state->optional_text(4),
            .output_resources = state->optional_text(5),
            .deprecation_ms = state->optional_integer(7),
            .lifecycle_execution_id = state->optional_text(8),
            .updated_ms = state->integer(6)};
}

std::optional<ImageRow> find_image(db::Connection& connection, const Scope& scope,
                                   std::string_view slug, const api::Version& version) {
    auto row = image_versions().find(connection, scope, slug, version);
    return row ? std::optional(with_image_state(connection, std::move(*row))) : std::nullopt;
}

std::optional<ImageRow> find_image(db::Connection& connection, std::string_view image_arn) {
    const auto arn = api::Arn::parse(image_arn);
    const auto version = arn ? api::parse_version(arn->version) : std::nullopt;
    if (!version || arn->type != api::ResourceType::image || !arn->is_build()) {
        return std::nullopt;
    }
    return find_image(connection, scope_of(arn->owner, arn->region), arn->slug,
                      {version->major, version->minor, version->patch, arn->build});
}

std::vector<ImageRow> page_images_of_pipeline(db::Connection& connection,
                                              std::string_view pipeline_arn, std::int64_t before,
                                              int limit) {
    std::vector<ImageRow> images;
    for (const db::Row& row :
         connection.query(page_of_pipeline_sql, {pipeline_arn, before, limit})) {
        const auto node = [&](std::size_t column) {
            return static_cast<std::uint32_t>(row.integer(column));
        };
        auto image = find_image(connection, {row.text(1), row.text(2)}, row.text(3),
                                {node(4), node(5), node(6), node(7)});
        images.push_back(std::move(image.value()));
    }
    return images;
}

void set_image_status(db::Connection& connection, std::string_view image_arn,
                      std::string_view status, const std::optional<std::string>& reason,
                      std::int64_t now_ms) {
    connection.execute(set_status_sql, {require_id(connection, image_arn), status, reason, now_ms});
}

void set_output_resources(db::Connection& connection, std::string_view image_arn,
                          std::string_view output_resources_json, std::int64_t now_ms) {
    connection.execute(set_outputs_sql,
                       {require_id(connection, image_arn), output_resources_json, now_ms});
}

void set_lifecycle(db::Connection& connection, std::string_view image_arn,
                   const std::optional<std::int64_t>& deprecation_ms,
                   const std::optional<std::string>& lifecycle_execution_id) {
    connection.execute(set_lifecycle_sql,
                       {require_id(connection, image_arn), deprecation_ms, lifecycle_execution_id});
}

void set_os_version(db::Connection& connection, std::string_view image_arn,
                    std::string_view os_version, std::int64_t now_ms) {
    connection.execute(set_os_version_sql, {require_id(connection, image_arn), os_version, now_ms});
}

void set_packages(db::Connection& connection, std::string_view image_arn,
                  const std::vector<ImagePackage>& packages) {
    const std::int64_t id = require_id(connection, image_arn);
    connection.execute(erase_packages_sql, {id});
    std::int64_t position = 0;
    for (const ImagePackage& package : packages) {
        connection.execute(insert_package_sql, {id, ++position, package.name, package.version});
    }
}

std::vector<ImagePackage> page_packages(db::Connection& connection, std::int64_t image_id,
                                        std::int64_t after, int limit) {
    std::vector<ImagePackage> packages;
    for (const db::Row& row : connection.query(page_packages_sql, {image_id, after, limit})) {
        packages.push_back({row.text(0), row.text(1)});
    }
    return packages;
}

}  // namespace goldsmith::state
