#include "api/generated/sts/dispatch.h"
#include "api/generated/sts/identity.h"
#include "db/database.h"
#include "service/authorization/identity.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"
#include "service/sts/sessions.h"

namespace goldsmith::service {

namespace {

class IdentityFamily final : public api::sts::Identity {
public:
    explicit IdentityFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::sts::GetCallerIdentityResponse get_caller_identity(
        const api::CallContext& context, const api::sts::GetCallerIdentityRequest&) override {
        const auto caller = dependencies_.database.read([&](db::Connection& connection) {
            return authorization::load_identity(connection, context.access_key);
        });
        return {.user_id = caller ? caller->user_id : context.account,
                .account = context.account,
                .arn = context.principal_arn};
    }

private:
    const Dependencies& dependencies_;
};

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    IdentityFamily identity{dependencies};
    sts::SessionFamily sessions{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_sts_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::sts::make_endpoint(
                {.identity = &owned.identity, .sessions = &owned.sessions});
        });
}

}  // namespace goldsmith::service
