// The parent image of a recipe: an AMI id, a parameter that holds one (as it is now), an image of
// the caller, or a managed image that may not have been pulled yet. Functions run on the connection
// they are given and throw the API's errors.
#pragma once

#include <string>

#include "api/context.h"
#include "api/generated/imagebuilder/shared_types.h"
#include "service/dependencies.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

struct ParentImage {
    enum class Kind { managed, ami };
    Kind kind = Kind::ami;
    std::string reference{};        // what the recipe of an image shows: build ARN or AMI id
    std::string managed_name{};     // managed: "debian-12-x86"
    std::string managed_version{};  // managed: a version, or "x.x.x" when none has been pulled
    std::string ami_id{};           // of this region; empty for a managed image not yet pulled
    std::string os_version{};       // empty: unknown
    api::imagebuilder::Platform platform = api::imagebuilder::Platform::linux_;
    api::imagebuilder::ImageSource source = api::imagebuilder::ImageSource::custom;
};

enum class ParentUse {
    recipe,  // the parent must be known
    build,   // an image of the caller must also be AVAILABLE, with an AMI in this region
};

ParentImage resolve_parent(const Dependencies& dependencies, db::Connection& connection,
                           const api::CallContext& context, const std::string& parent_image,
                           ParentUse use, std::string_view parameter = "parentImage");

}  // namespace goldsmith::service::imagebuilder
