#include "state/sessions.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO sts_sessions (access_key_id, secret_access_key, session_token, account,"
    " principal_arn, user_id, owner_id, issued_ms, expires_ms, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr std::string_view find_sql =
    "SELECT access_key_id, secret_access_key, session_token, account, principal_arn, user_id,"
    " owner_id, issued_ms, expires_ms, body FROM sts_sessions WHERE access_key_id = ?1";
constexpr std::string_view erase_expired_sql = "DELETE FROM sts_sessions WHERE expires_ms < ?1";
constexpr std::string_view instance_body_begin = R"({"run":")";
constexpr std::string_view instance_body_end = R"("})";
constexpr std::string_view erase_of_run_sql = "DELETE FROM sts_sessions WHERE body = ?1";
constexpr std::string_view bodies_of_runs_sql =
    "SELECT DISTINCT body FROM sts_sessions WHERE body LIKE ?1";

}  // namespace

void insert_session(db::Connection& connection, const Session& session) {
    connection.execute(insert_sql,
                       {session.access_key_id, session.secret_access_key, session.session_token,
                        session.account, session.principal_arn, session.user_id, session.owner_id,
                        session.issued_ms, session.expires_ms, session.body});
}

std::optional<Session> find_session(db::Connection& connection, std::string_view access_key_id) {
    const auto row = connection.query_one(find_sql, {access_key_id});
    if (!row) {
        return std::nullopt;
    }
    return Session{.access_key_id = row->text(0),
                   .secret_access_key = row->text(1),
                   .session_token = row->text(2),
                   .account = row->text(3),
                   .principal_arn = row->text(4),
                   .user_id = row->text(5),
                   .owner_id = row->text(6),
                   .issued_ms = row->integer(7),
                   .expires_ms = row->integer(8),
                   .body = row->text(9)};
}

void erase_expired_sessions(db::Connection& connection, std::int64_t now_ms) {
    connection.execute(erase_expired_sql, {now_ms});
}

std::string instance_session_body(std::string_view run_id) {
    return std::string(instance_body_begin) + std::string(run_id) + std::string(instance_body_end);
}

std::int64_t erase_instance_sessions(db::Connection& connection, std::string_view run_id) {
    return connection.execute(erase_of_run_sql, {instance_session_body(run_id)});
}

std::vector<std::string> runs_with_sessions(db::Connection& connection) {
    std::vector<std::string> runs;
    for (const db::Row& row :
         connection.query(bodies_of_runs_sql, {std::string(instance_body_begin) + "%"})) {
        std::string body = row.text(0);
        body.erase(body.size() - instance_body_end.size());
        runs.push_back(body.substr(instance_body_begin.size()));
    }
    return runs;
}

}  // namespace goldsmith::state
