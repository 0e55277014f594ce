// ARNs of Image Builder resources:
// "arn:aws:imagebuilder:<region>:<owner>:<type>/<slug>[/<version>]". Used by services and state to
// name and to resolve resources. Pure values, thread-safe. parse() takes hostile input and returns
// nothing when it is malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/version.h"

namespace goldsmith::api {

enum class ResourceType {
    component,
    image_recipe,
    container_recipe,
    infrastructure_configuration,
    distribution_configuration,
    image_pipeline,
    image,
    workflow,
    lifecycle_policy,
};

/// The spelling inside an ARN: "image-recipe".
std::string_view to_string(ResourceType type);

/// Whether ARNs of this type carry a version (component, recipes, image, workflow), and a build
/// number after it (component, image, workflow).
bool has_version(ResourceType type);
bool has_build(ResourceType type);

/// The name part of an ARN: lower case, with blanks and underscores as '-'. Names with one slug are
/// one resource.
std::string slug_of(std::string_view name);

struct Arn {
    std::string partition = "aws";
    std::string region;
    std::string owner;  // 12 digits, "aws", "aws-marketplace", "third-party"
    ResourceType type{};
    std::string workflow_type;  // workflows only: "build", "test" or "distribution"
    std::string slug;
    // "1.2.3", "1.x.x" as spelt by the client; empty for types (or references) without a version.
    std::string version;
    std::uint32_t build{};  // 0: none

    /// Nothing unless `text` is an Image Builder ARN. A version or build is accepted only where the
    /// type has one; versioned types may come without (a versionless reference).
    static std::optional<Arn> parse(std::string_view text);
    std::string text() const;

    bool is_wildcard() const { return version.find('x') != std::string::npos; }
    bool is_build() const { return build != 0; }
    /// The version pattern; nothing when there is no version or when it is invalid ("x.2.x").
    std::optional<VersionPattern> pattern() const { return VersionPattern::parse(version); }

    Arn with_version(std::string_view new_version) const;  // drops the build
    Arn with_build(std::uint32_t new_build) const;
    Arn without_build() const { return with_build(0); }
    Arn without_version() const { return with_version(""); }

    bool operator==(const Arn&) const = default;
};

/// The ARN of a new resource of this account: slugs the name. `version` is empty for types without.
Arn make_arn(ResourceType type, std::string_view region, std::string_view account,
             std::string_view name, std::string_view version = {}, std::uint32_t build = 0);
/// The same for a workflow; `workflow_type` in any case ("BUILD").
Arn make_workflow_arn(std::string_view workflow_type, std::string_view region,
                      std::string_view account, std::string_view name, std::string_view version,
                      std::uint32_t build);

/// The ARNs under which the latest builds are found: `.../x.x.x`, `.../1.x.x`, `.../1.2.x`,
/// `.../1.2.3`. `arn.version` must be numeric.
struct LatestArns {
    std::string version, major, minor, patch;
};
LatestArns latest_arns(const Arn& arn);

}  // namespace goldsmith::api
