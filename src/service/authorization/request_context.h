// The condition keys of a request: who calls, from where, when. Pure.
#pragma once

#include <string>

#include "api/context.h"
#include "api/demands.h"
#include "policy/context.h"
#include "service/authorization/identity.h"

namespace goldsmith::service::authorization {

/// The global keys, those that the request's members make, and the caller's tags.
policy::Context request_context(const Identity& identity, const api::CallContext& call,
                                const api::Demands& demands);

/// The caller's own keys, which simulations have too: aws:username, aws:userid, aws:PrincipalArn,
/// aws:PrincipalAccount, aws:PrincipalType, aws:PrincipalTag/...
void add_caller_keys(policy::Context& context, const Identity& identity);

}  // namespace goldsmith::service::authorization
