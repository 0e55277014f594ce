// The temporary credentials of an instance: a session of the role of its instance profile, as EC2
// makes it, named after the instance. The daemon makes and ends them with the run of the instance;
// nothing of it is an operation of the API. Failures throw db::Error.
#pragma once

#include <string>
#include <variant>

#include "base/clock.h"

namespace goldsmith::base {
class Random;
}
namespace goldsmith::db {
class Transaction;
}

namespace goldsmith::service::sts {

struct InstanceSession {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    base::Time expiration{};
};

struct SessionOfInstance {
    std::string account{};
    std::string role_name{};
    std::string instance_id{};
    std::string run_id{};
};

/// Or why there is none, for people: no such role, or one whose trust policy does not let
/// ec2.amazonaws.com assume it.
std::variant<InstanceSession, std::string> make_instance_session(db::Transaction& transaction,
                                                                 base::Random& random,
                                                                 const SessionOfInstance& wanted,
                                                                 base::Time now);
/// What the run's instance was given counts no more from the end of this transaction on.
void end_instance_sessions(db::Transaction& transaction, const std::string& run_id);

}  // namespace goldsmith::service::sts
