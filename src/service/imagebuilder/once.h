// A request under its client token: the first call does the work and binds its answer to the token,
// in one transaction; a repetition gets that answer again, for ever; the token with other
// parameters is refused. A failed request binds nothing. Used by every operation that takes a
// clientToken.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/canonical.h"
#include "api/context.h"
#include "api/json_members.h"
#include "db/database.h"
#include "state/idempotency.h"

namespace goldsmith::service::imagebuilder {

/// The answer bound to the token, if it is bound to these parameters. Throws
/// IdempotentParameterMismatchException if it is bound to others.
std::optional<std::string> find_answer(db::Connection& connection, const state::IdempotencyKey& key,
                                       std::string_view digest);

/// `request` has its defaults filled in; `work(transaction)` runs inside it, perhaps
/// more than once, and returns the response.
template <class Request, class Work>
auto once(db::Database& database, const api::CallContext& context, std::string_view operation,
          const Request& request, Work work) {
    using Response = std::invoke_result_t<Work&, db::Transaction&>;
    const state::IdempotencyKey key{context.account, context.region, std::string(operation),
                                    request.client_token};
    const std::string digest = api::idempotency_digest(request);
    return database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        if (const auto answer = find_answer(connection, key, digest)) {
            return api::read<Response>(boost::json::parse(*answer));
        }
        Response response = work(transaction);
        state::bind_answer(connection, key, {digest, boost::json::serialize(to_json(response))},
                           context.now.time_since_epoch().count());
        return response;
    });
}

}  // namespace goldsmith::service::imagebuilder
