// A request under its client token, where it has one: the first call does the work and binds its
// answer to the token in one transaction, a repetition gets that answer again, and the token with
// other parameters is refused. A failed request binds nothing.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "api/canonical.h"
#include "api/context.h"
#include "api/generated/ec2/errors.h"
#include "api/json_members.h"
#include "db/database.h"
#include "service/milliseconds.h"
#include "state/idempotency.h"

namespace goldsmith::service::ec2 {

/// `work(transaction)` runs inside the transaction, perhaps more than once, and returns the
/// response.
template <class Request, class Work>
auto once_per_token(db::Database& database, const api::CallContext& context,
                    std::string_view operation, const Request& request, Work work) {
    using Response = std::invoke_result_t<Work&, db::Transaction&>;
    const std::string token = request.client_token.value_or("");
    const state::IdempotencyKey key{context.account, context.region,
                                    "ec2:" + std::string(operation), token};
    const std::string digest = token.empty() ? "" : api::idempotency_digest(request);
    return database.write([&](db::Transaction& transaction) {
        if (token.empty()) {
            return work(transaction);
        }
        if (const auto bound = state::find_bound_answer(transaction, key)) {
            if (bound->parameters_sha256 != digest) {
                throw api::ec2::IdempotentParameterMismatch(
                    "The client token '" + token +
                    "' was already used for a request with other parameters. Use a new token.");
            }
            return api::read<Response>(boost::json::parse(bound->response));
        }
        Response response = work(transaction);
        state::bind_answer(transaction, key, {digest, boost::json::serialize(to_json(response))},
                           to_ms(context.now));
        return response;
    });
}

}  // namespace goldsmith::service::ec2
