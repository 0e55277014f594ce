// Writing a parameter's next version: what PutParameter does, and what the distribution of an image
// does with its new AMI. Runs in the transaction it is given.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "state/scope.h"

namespace goldsmith::db {
class Transaction;
}

namespace goldsmith::service::ssm {

struct NewParameterVersion {
    state::Scope scope{};
    std::string name{};
    std::string value{};  // sealed already when the type is SecureString
    std::optional<std::string> type{};
    std::optional<std::string> data_type{};
    std::optional<std::string> tier{};
    std::optional<std::string> description{};
    bool overwrite = false;
    std::int64_t now_ms = 0;
    std::string by{};  // an ARN
};

struct WrittenParameter {
    std::int64_t version = 0;
    std::string tier{};
    bool is_new = false;
};

/// Throws the API's errors.
WrittenParameter put_version(db::Transaction& transaction, const NewParameterVersion& version);

}  // namespace goldsmith::service::ssm
