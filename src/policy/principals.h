// Principals: whom a statement of a resource or trust policy speaks of. And Caller: who asks.
// Values, thread-safe.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

namespace goldsmith::policy {

enum class CallerKind { root, user, session, service, anonymous };

struct Caller {
    CallerKind kind = CallerKind::anonymous;
    std::string account{};   // 12 digits
    std::string arn{};       // of the root, the user or the session
    std::string role_arn{};  // session: of the role that was assumed
    std::string service{};   // service: "imagebuilder.amazonaws.com"
};

/// How closely a statement names a caller, from not at all to by its own ARN. `account` is no grant
/// by itself: it lets the caller's account decide.
enum class Named { no, account, everybody, role, exactly };

class Principals {
public:
    /// `"*"` or `{"AWS": ..., "Service": ..., "Federated": ...}`. Throws PolicyError.
    static Principals read(const boost::json::value& value, const std::string& path);

    Named match(const Caller& caller) const;

private:
    bool everybody_ = false;
    std::vector<std::string> accounts_;
    std::vector<std::string> arns_;
    std::vector<std::string> services_;
};

}  // namespace goldsmith::policy
