#include "service/authorization/resource_policies.h"

#include "db/connection.h"
#include "service/iam/entity_body.h"
#include "state/iam_entities.h"
#include "state/resource_policies.h"

namespace goldsmith::service::authorization {

namespace {

constexpr std::string_view trusts_nobody =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"*"}})";

policy::NamedPolicy trust_policy_of(db::Connection& connection, const std::string& role_arn) {
    const auto role = state::find_iam_entity_by_arn(connection, role_arn);
    const bool found = role && role->kind == state::IamKind::role;
    const std::string text =
        found ? iam::EntityBody(*role).trust_policy() : std::string(trusts_nobody);
    return {role_arn, policy::Document::parse(text, policy::Kind::trust)};
}

}  // namespace

std::optional<policy::NamedPolicy> resource_policy_of(db::Connection& connection,
                                                      const std::string& action,
                                                      const std::string& arn) {
    if (action.starts_with("sts:")) {
        return trust_policy_of(connection, arn);
    }
    if (action.starts_with("imagebuilder:")) {
        if (const auto row = state::find_resource_policy(connection, arn)) {
            return policy::NamedPolicy{
                arn, policy::Document::parse(row->policy, policy::Kind::resource)};
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::service::authorization
