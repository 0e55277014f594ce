#include "service/imagebuilder/component_document.h"

#include "api/generated/imagebuilder/errors.h"
#include "documents/component_document.h"
#include "documents/diagnostics.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

documents::Platform platform_of(ib::Platform platform) {
    switch (platform) {
        case ib::Platform::windows:
            return documents::Platform::windows_os;
        case ib::Platform::mac_os:
            return documents::Platform::mac_os;
        case ib::Platform::linux_:
            break;
    }
    return documents::Platform::linux_os;
}

documents::ComponentDocument parse(const std::string& data, ib::Platform platform) {
    documents::ComponentRules rules;
    rules.platforms = {platform_of(platform)};
    try {
        return documents::parse_component(data, "data", rules);
    } catch (const documents::DocumentErrors& errors) {
        throw_bad_document(errors.what(), errors.to_string());
    }
}

ib::ComponentParameterDetail describe(const documents::ComponentParameter& parameter) {
    ib::ComponentParameterDetail detail{.name = parameter.name, .type = parameter.type};
    if (parameter.default_value) {
        detail.default_value = std::vector<std::string>{*parameter.default_value};
    }
    if (!parameter.description.empty()) {
        detail.description = parameter.description;
    }
    return detail;
}

}  // namespace

const std::string& require_inline_data(const std::optional<std::string>& data,
                                       const std::optional<std::string>& uri) {
    if (data.has_value() == uri.has_value()) {
        throw ib::InvalidParameterCombinationException(
            "Exactly one of the parameters 'data' and 'uri' must be given.");
    }
    if (uri) {
        throw ib::InvalidRequestException(
            "The value supplied for parameter 'uri' is not valid. '" + *uri +
            "' cannot be read: there is no S3 here yet. Pass the document in 'data'.");
    }
    return *data;
}

void throw_bad_document(const std::string& first_message, const std::string& all_findings) {
    throw ib::InvalidRequestException("The value supplied for parameter 'data' is not valid. " +
                                      first_message + "\n" + all_findings);
}

ComponentContent component_content(const ib::CreateComponentRequest& request) {
    ComponentContent content;
    content.data = require_inline_data(request.data, request.uri);
    const documents::ComponentDocument document = parse(content.data, request.platform);
    content.type = documents::component_type(document) == documents::ComponentType::test
                       ? ib::ComponentType::test
                       : ib::ComponentType::build;
    for (const documents::ComponentParameter& parameter : document.parameters) {
        content.parameters.push_back(describe(parameter));
    }
    return content;
}

}  // namespace goldsmith::service::imagebuilder
