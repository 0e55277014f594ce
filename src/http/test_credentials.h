#pragma once

#include "http/principal.h"

#include <map>
#include <string>

// What this folder's tests share.
namespace goldsmith::http {

inline const Principal kTestPrincipal{"AKIAIOSFODNN7EXAMPLE", "123456789012",
                                      "arn:aws:iam::123456789012:root"};

// Credentials out of a table.
class FixedCredentials final : public CredentialSource {
public:
    void add(std::string access_key_id, Credential credential) {
        table_.insert_or_assign(std::move(access_key_id), std::move(credential));
    }

    std::optional<Credential> find(std::string_view access_key_id) const override {
        const auto found = table_.find(access_key_id);
        return found == table_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::map<std::string, Credential, std::less<>> table_;
};

}  // namespace goldsmith::http
