// The document of a CreateComponent request: fetched, parsed, described. Throws the API's errors.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "api/generated/imagebuilder/components_types.h"

namespace goldsmith::service::imagebuilder {

struct ComponentContent {
    std::string data{};
    api::imagebuilder::ComponentType type{};
    std::vector<api::imagebuilder::ComponentParameterDetail> parameters{};
};

ComponentContent component_content(const api::imagebuilder::CreateComponentRequest& request);

/// Throws InvalidParameterCombinationException unless exactly one of `data` and `uri` is given, and
/// InvalidRequestException for a `uri`, as long as there is no S3 to read it from.
const std::string& require_inline_data(const std::optional<std::string>& data,
                                       const std::optional<std::string>& uri);

/// A parser's findings as the answer to a request: all of them, with line and column.
[[noreturn]] void throw_bad_document(const std::string& first_message,
                                     const std::string& all_findings);

}  // namespace goldsmith::service::imagebuilder
