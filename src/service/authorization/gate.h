// AuthorizationGate: whether the caller may do what a request asks, decided for every request of
// every service at one place, after it was decoded and before its handler runs. What a request
// needs comes from the model (api/demands.h), what the caller may from policies
// (policy/evaluate.h). Thread-safe. The references must outlive it.
#pragma once

#include <string>

#include "api/demands.h"
#include "api/gate.h"
#include "base/log.h"
#include "service/authorization/identities.h"
#include "service/authorization/key_uses.h"

namespace goldsmith::service::authorization {

class AuthorizationGate final : public api::Gate {
public:
    AuthorizationGate(db::Database& database, const Identities& identities, base::Logger log = {})
        : database_(database), identities_(identities), key_uses_(database), log_(std::move(log)) {}

    /// Throws the service's own "access denied". What a decision was made of goes to the log: the
    /// answer tells the caller only what AWS tells.
    void pass(const api::Service& service, const api::Operation& operation,
              const api::CallContext& context, const boost::json::object& input) const override;

private:
    db::Database& database_;
    const Identities& identities_;
    KeyUses key_uses_;
    base::Logger log_;
};

}  // namespace goldsmith::service::authorization
