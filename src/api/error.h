// ApiError: an answer that is an error, with the code and status the client sees. Family methods
// throw the generated subclasses (generated/<service>/errors.h), for example
// `throw imagebuilder::ResourceNotFoundException("...")`. The message is for people: what failed,
// on which resource, what to do. It never carries secrets.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace goldsmith::api {

class ApiError : public base::Error {
public:
    ApiError(std::string code, int http_status, const std::string& message)
        : base::Error(message), code_(std::move(code)), http_status_(http_status) {}

    /// The wire name: "ResourceNotFoundException", "InvalidAMIID.NotFound".
    const std::string& code() const noexcept { return code_; }
    int http_status() const noexcept { return http_status_; }
    /// True when the client is at fault, and so must not simply try again.
    bool is_client_fault() const noexcept { return http_status_ < 500; }

private:
    std::string code_;
    int http_status_;
};

}  // namespace goldsmith::api
