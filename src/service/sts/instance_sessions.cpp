#include "service/sts/instance_sessions.h"

#include "base/encoding.h"
#include "base/random.h"
#include "db/database.h"
#include "policy/evaluate.h"
#include "service/authorization/resource_policies.h"
#include "service/key_pair.h"
#include "service/milliseconds.h"
#include "state/iam_entities.h"
#include "state/sessions.h"

namespace goldsmith::service::sts {

namespace {

/// As long as EC2's: a build that the daemon cannot renew (it is down) has time.
constexpr std::chrono::hours lifetime{6};
constexpr std::size_t token_bytes = 96;

bool lets_instances_in(db::Connection& connection, const state::IamEntity& role) {
    const auto trust = authorization::resource_policy_of(connection, "sts:AssumeRole", role.arn());
    const policy::Caller caller{.kind = policy::CallerKind::service,
                                .service = "ec2.amazonaws.com"};
    const policy::Context context;
    const policy::Request request{.caller = caller,
                                  .action = "sts:AssumeRole",
                                  .resource = role.arn(),
                                  .resource_account = role.account,
                                  .context = context};
    return trust && policy::evaluate(request, {}, &*trust).allowed();
}

}  // namespace

std::variant<InstanceSession, std::string> make_instance_session(db::Transaction& transaction,
                                                                 base::Random& random,
                                                                 const SessionOfInstance& wanted,
                                                                 base::Time now) {
    const auto role =
        state::find_iam_entity(transaction, wanted.account, state::IamKind::role, wanted.role_name);
    if (!role) {
        return "there is no role " + wanted.role_name + " any more";
    }
    if (!lets_instances_in(transaction, *role)) {
        return "the trust policy of role " + wanted.role_name +
               " does not let ec2.amazonaws.com assume it (sts:AssumeRole)";
    }
    const KeyPair pair = make_key_pair(random, "ASIA");
    std::string token(token_bytes, '\0');
    random.fill(token.data(), token.size());
    InstanceSession made{.access_key_id = pair.id,
                         .secret_access_key = pair.secret,
                         .session_token = base::base64_encode(token),
                         .expiration = now + lifetime};
    state::erase_expired_sessions(transaction, to_ms(now));
    state::insert_session(transaction,
                          {.access_key_id = made.access_key_id,
                           .secret_access_key = made.secret_access_key,
                           .session_token = made.session_token,
                           .account = role->account,
                           .principal_arn = "arn:aws:sts::" + role->account + ":assumed-role/" +
                                            role->name + "/" + wanted.instance_id,
                           .user_id = role->unique_id + ":" + wanted.instance_id,
                           .owner_id = role->unique_id,
                           .issued_ms = to_ms(now),
                           .expires_ms = to_ms(made.expiration),
                           .body = state::instance_session_body(wanted.run_id)});
    return made;
}

void end_instance_sessions(db::Transaction& transaction, const std::string& run_id) {
    if (state::erase_instance_sessions(transaction, run_id) > 0) {
        state::touch_identities(transaction);
    }
}

}  // namespace goldsmith::service::sts
