// For tests of IAM, STS and authorization: the services behind the real gate, with two accounts,
// and callers that sign with real keys. One fixture per test.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "service/authorization/gate.h"
#include "service/authorization/identities.h"
#include "service/service_fixture.h"

namespace goldsmith::service {

class IdentityFixture : public ServiceFixture {
protected:
    static constexpr const char* own = "123456789012";
    static constexpr const char* other = "210987654321";

    IdentityFixture();

    /// From now on calls come from whoever has that key. False when the key opens nothing.
    bool act_as(const std::string& access_key_id);
    void act_as_root(const std::string& account = own) { act_as("AKIAROOT" + account); }

    boost::json::value iam(std::string_view operation, boost::json::object input) {
        return call(operation, std::move(input), "iam");
    }
    std::string iam_error(std::string_view operation, boost::json::object input) {
        return error_of(operation, std::move(input), "iam");
    }

    /// A user with an inline policy (none when it is empty) and a key, whose id is returned. Made
    /// by whoever acts.
    std::string make_user(const std::string& name, const std::string& policy = {});
    void put_user_policy(const std::string& name, const std::string& policy);
    /// A role whose trust policy is `trust`, with an inline policy.
    std::string make_role(const std::string& name, const std::string& trust,
                          const std::string& policy = {});
    /// The key id of a session of that role, assumed by whoever acts.
    std::string assume(const std::string& role_arn, boost::json::object more = {});

    /// `{"Version":...,"Statement":[{"Effect":effect,"Action":action,"Resource":resource}]}`
    static std::string policy(const std::string& action, const std::string& resource = "*",
                              const std::string& effect = "Allow");
    static std::string trust(const std::string& principal);

    authorization::Identities identities_{*database_};
    authorization::AuthorizationGate real_gate_{*database_, identities_};
};

}  // namespace goldsmith::service
