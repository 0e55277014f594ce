// Temporary credentials that STS has handed out, until they expire. Functions run on the connection
// they are given. Failures throw db::Error. Secrets are never logged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct Session {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    std::string account{};
    std::string principal_arn{};  // of the session: "arn:aws:sts::...:assumed-role/builder/ci"
    std::string user_id{};        // "AROA...:ci"
    std::string owner_id{};       // the role's or user's unique id; empty: the root user's
    std::int64_t issued_ms = 0;
    std::int64_t expires_ms = 0;
    std::string body{};  // a JSON object: session policies and tags; service/sts/ says what
};

void insert_session(db::Connection& connection, const Session& session);
std::optional<Session> find_session(db::Connection& connection, std::string_view access_key_id);
/// Those whose end is before `now_ms`.
void erase_expired_sessions(db::Connection& connection, std::int64_t now_ms);

/// The body of a session that belongs to the instance of a run.
std::string instance_session_body(std::string_view run_id);
/// How many there were.
std::int64_t erase_instance_sessions(db::Connection& connection, std::string_view run_id);
/// The runs that have sessions.
std::vector<std::string> runs_with_sessions(db::Connection& connection);

}  // namespace goldsmith::state
