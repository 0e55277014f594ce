#include "service/imagebuilder/once.h"

#include "api/generated/imagebuilder/errors.h"

namespace goldsmith::service::imagebuilder {

std::optional<std::string> find_answer(db::Connection& connection, const state::IdempotencyKey& key,
                                       std::string_view digest) {
    const auto bound = state::find_bound_answer(connection, key);
    if (!bound) {
        return std::nullopt;
    }
    if (bound->parameters_sha256 != digest) {
        throw api::imagebuilder::IdempotentParameterMismatchException(
            "The clientToken '" + key.token +
            "' was already used for a request with other parameters. Use a new token.");
    }
    return bound->response;
}

}  // namespace goldsmith::service::imagebuilder
