#include "service/authorization/resource_names.h"

#include <boost/json.hpp>

#include "api/arn.h"
#include "api/demands.h"
#include "db/connection.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/versioned_rows.h"
#include "state/iam_entities.h"
#include "state/images.h"

namespace goldsmith::service::authorization {

namespace {

/// Reading takes references; lists of builds speak of the version that they name.
bool leads_to_one(const std::string& action, const api::Arn& arn) {
    const bool exact = arn.is_build() || (!api::has_build(arn.type) && !arn.is_wildcard());
    return exact || action.starts_with("imagebuilder:Get");
}

std::string known_build(db::Connection& connection, const api::CallContext& context,
                        const std::string& action, const api::Arn& arn) {
    const auto* rows = imagebuilder::versioned_rows(arn.type);
    if (rows == nullptr || !arn.pattern() || !leads_to_one(action, arn)) {
        return arn.text();
    }
    const auto row = imagebuilder::resolve(connection, *rows, context, arn);
    if (!row) {
        return arn.text();
    }
    // The ARN as its creator spelt the version, where the row has it: managed resources name no
    // region, images keep their plan.
    const auto body = boost::json::parse(row->body);
    const auto* own = body.as_object().if_contains("arn");
    if (arn.owner == "aws" || own == nullptr) {
        return arn.with_version(row->version.semantic_text()).with_build(row->version.build).text();
    }
    return boost::json::value_to<std::string>(*own);
}

/// An IAM entity with its path.
std::string known_entity(db::Connection& connection, const std::string& given) {
    const auto rest = given.substr(given.rfind(':') + 1);
    const auto kind = state::iam_kind_of(rest.substr(0, rest.find('/')));
    if (!kind || *kind == state::IamKind::policy) {
        return given;
    }
    const auto entity = state::find_iam_entity(connection, api::account_in_arn(given), *kind,
                                               given.substr(given.rfind('/') + 1));
    return entity ? entity->arn() : given;
}

}  // namespace

std::string known_arn(db::Connection& connection, const api::CallContext& context,
                      const std::string& action, const std::string& given) {
    if (given.starts_with("arn:aws:iam::")) {
        return known_entity(connection, given);
    }
    const auto arn = api::Arn::parse(given);
    return arn ? known_build(connection, context, action, *arn) : given;
}

}  // namespace goldsmith::service::authorization
