// ApiClient: calls a running server the way every other client does, over HTTP with a signature.
// One object belongs to one thread.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::http {
class Client;
}

namespace goldsmith::cli {

/// The server answered with an error.
class ApiFailure : public base::Error {
public:
    ApiFailure(std::string operation, std::string code, const std::string& message);
    const std::string& code() const { return code_; }

private:
    std::string code_;
};

class ApiClient {
public:
    /// `credentials_file` is in the AWS shared-credentials format; profile [default].
    ApiClient(std::string endpoint, const base::Path& credentials_file, std::string region);
    ~ApiClient();

    /// Image Builder: picks method and path by the operation's name (Get* and Delete* send their
    /// members as a query). A missing clientToken is filled in for operations that take one.
    boost::json::object image_builder(std::string_view operation, boost::json::object members);
    /// A JSON 1.1 service: `target` such as "Logs_20140328.GetLogEvents".
    boost::json::object json_service(std::string_view service, std::string_view target,
                                     const boost::json::object& members);

    const std::string& region() const { return region_; }

private:
    std::unique_ptr<http::Client> client_;
    std::string region_;
};

}  // namespace goldsmith::cli
