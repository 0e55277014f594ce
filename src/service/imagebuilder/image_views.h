// Rows of images as the API shows them. Functions run on the connection they are given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/arn.h"
#include "api/context.h"
#include "api/generated/imagebuilder/images_types.h"
#include "state/images.h"

namespace goldsmith::service::imagebuilder {

/// The build version ARN as the caller sees it: managed images belong to every region.
api::Arn image_arn(const api::CallContext& context, const state::VersionedRow& row);

api::imagebuilder::Image view_image(db::Connection& connection, const api::CallContext& context,
                                    const state::ImageRow& row);
api::imagebuilder::ImageSummary summarize_image(db::Connection& connection,
                                                const api::CallContext& context,
                                                const state::ImageRow& row);
/// One item per version; with `by_name` the ARN and version read x.x.x.
api::imagebuilder::ImageVersion view_image_version(const api::CallContext& context,
                                                   const state::ImageRow& row, bool by_name);

/// The values of an image under a filter of the image lists.
std::vector<std::string> image_filter_values(const state::ImageRow& row, std::string_view name);

/// Whether nothing more happens to the image by itself.
bool is_terminal(std::string_view image_status);

}  // namespace goldsmith::service::imagebuilder
