#include "service/imagebuilder/recipe_versions.h"

#include "api/generated/imagebuilder/errors.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

api::Version next_version(db::Connection& connection, const state::VersionedRows& rows,
                          const state::Scope& scope, const std::string& slug,
                          const std::string& semantic_version) {
    const auto pattern = api::VersionPattern::parse(semantic_version);
    if (!pattern) {
        throw ib::InvalidVersionNumberException(
            "The value supplied for parameter 'semanticVersion' is not valid: '" +
            semantic_version +
            "'. Expected <major>.<minor>.<patch>; once a node is 'x', every "
            "node to its right must be 'x'.");
    }
    const auto next = pattern->next(rows.versions(connection, scope, slug));
    if (!next) {
        throw ib::InvalidVersionNumberException("There is no version left that fits '" +
                                                semantic_version + "'.");
    }
    return *next;
}

std::string spelt_version(const std::string& semantic_version, const api::Version& version) {
    return semantic_version.find('x') == std::string::npos ? semantic_version : version.text();
}

}  // namespace goldsmith::service::imagebuilder
