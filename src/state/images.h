// Rows of images: the frozen body of VersionedRows beside what changes while the image is built
// (status, output resources, packages). Used by service/ to answer, by the engine's projection hook
// (set_image_status in the transaction of the events) and by actions (set_image_outputs and the
// rest).
//
// Functions run on the connection they are given; those that change something need a transaction
// that writes. `image_arn` is a build version ARN; the setters throw db::Error{misuse} when there
// is no such image. Free functions, thread-safe as the connection is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/versioned_rows.h"

namespace goldsmith::state {

struct ImageRow {
    VersionedRow row{};
    std::string status{};  // PENDING, BUILDING, ... AVAILABLE, FAILED, CANCELLED
    std::optional<std::string> reason{};
    std::optional<std::string> pipeline_arn{};
    std::optional<std::string> recipe_arn{};  // the version ARN of the recipe it was made from
    std::optional<std::string> os_version{};  // "Debian GNU/Linux 12"
    std::optional<std::string> output_resources{};  // the API's JSON: {"amis": [...]}
    std::optional<std::int64_t> deprecation_ms{};   // since when, or from when on, it is deprecated
    std::optional<std::string> lifecycle_execution_id{};  // the last that changed it
    std::int64_t updated_ms = 0;
};

struct ImagePackage {
    std::string name{};
    std::string version{};
    bool operator==(const ImagePackage&) const = default;
};

/// The versions and build numbers of images; everything else goes through the functions below.
const VersionedRows& image_versions();

/// Fills in the ids. The build number is the caller's, from image_versions().take_build_number().
void insert_image(db::Connection& connection, ImageRow& image);
bool erase_image(db::Connection& connection, std::int64_t id);

std::optional<ImageRow> find_image(db::Connection& connection, const Scope& scope,
                                   std::string_view slug, const api::Version& version);
std::optional<ImageRow> find_image(db::Connection& connection, std::string_view image_arn);
/// The changing part of rows that image_versions() listed.
ImageRow with_image_state(db::Connection& connection, VersionedRow row);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<ImageRow> page_images_of_pipeline(db::Connection& connection,
                                              std::string_view pipeline_arn, std::int64_t before,
                                              int limit);

/// An absent reason clears it.
void set_image_status(db::Connection& connection, std::string_view image_arn,
                      std::string_view status, const std::optional<std::string>& reason,
                      std::int64_t now_ms);
/// `output_resources_json`: {"amis": [{"region", "image", "name", "description", "accountId",
/// "state": {"status": "AVAILABLE"}}]}.
void set_output_resources(db::Connection& connection, std::string_view image_arn,
                          std::string_view output_resources_json, std::int64_t now_ms);
/// What a lifecycle execution says of the image beside its status.
void set_lifecycle(db::Connection& connection, std::string_view image_arn,
                   const std::optional<std::int64_t>& deprecation_ms,
                   const std::optional<std::string>& lifecycle_execution_id);
void set_os_version(db::Connection& connection, std::string_view image_arn,
                    std::string_view os_version, std::int64_t now_ms);
/// Replaces the whole list.
void set_packages(db::Connection& connection, std::string_view image_arn,
                  const std::vector<ImagePackage>& packages);
/// In the order they were set; `after` is the number of packages already seen.
std::vector<ImagePackage> page_packages(db::Connection& connection, std::int64_t image_id,
                                        std::int64_t after, int limit);

}  // namespace goldsmith::state
