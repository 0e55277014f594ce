#include "service/authorization/denial.h"

namespace goldsmith::service::authorization {

api::ApiError denial(const api::Service& service, const std::string& caller_arn,
                     const std::string& action, const std::string& resource,
                     const std::string& reason) {
    const std::string message = "User: " + caller_arn + " is not authorized to perform: " + action +
                                " on resource: " + resource + " " + reason;
    switch (service.protocol) {
        case api::Protocol::ec2:
            return {"UnauthorizedOperation", 403,
                    "You are not authorized to perform this operation. " + message};
        case api::Protocol::query:
            return {"AccessDenied", 403, message};
        case api::Protocol::json_1_1:
            return {"AccessDeniedException", 400, message};
        case api::Protocol::rest_json:
        case api::Protocol::none:
            break;
    }
    return {"AccessDeniedException", 403, message};
}

}  // namespace goldsmith::service::authorization
