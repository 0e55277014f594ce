// EntityBody: what an IAM entity has beside its name: a JSON object in its row. Used by the
// families and by authorization. A value.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "state/iam_entities.h"

namespace goldsmith::service::iam {

class EntityBody {
public:
    EntityBody() = default;
    explicit EntityBody(const state::IamEntity& entity)
        : members_(boost::json::parse(entity.body).as_object()) {}

    std::string description() const { return text("description"); }
    std::string trust_policy() const { return text("trust"); }
    std::string boundary() const { return text("boundary"); }
    std::int64_t max_session_seconds() const { return number("maxSessionSeconds", 3600); }
    std::int64_t last_version() const { return number("lastVersion", 0); }
    std::int64_t updated_ms() const { return number("updatedMs", 0); }

    void set_description(const std::string& value) { set("description", value); }
    void set_trust_policy(const std::string& value) { set("trust", value); }
    /// Empty: none.
    void set_boundary(const std::string& arn) { set("boundary", arn); }
    void set_max_session_seconds(std::int64_t seconds) { members_["maxSessionSeconds"] = seconds; }
    void set_last_version(std::int64_t version) { members_["lastVersion"] = version; }
    void set_updated_ms(std::int64_t ms) { members_["updatedMs"] = ms; }

    std::string serialized() const { return boost::json::serialize(members_); }

private:
    std::string text(const char* name) const {
        const auto* value = members_.if_contains(name);
        return value == nullptr ? std::string() : boost::json::value_to<std::string>(*value);
    }
    std::int64_t number(const char* name, std::int64_t otherwise) const {
        const auto* value = members_.if_contains(name);
        return value == nullptr ? otherwise : value->to_number<std::int64_t>();
    }
    void set(const char* name, const std::string& value) {
        if (value.empty()) {
            members_.erase(name);
        } else {
            members_[name] = value;
        }
    }

    boost::json::object members_;
};

}  // namespace goldsmith::service::iam
