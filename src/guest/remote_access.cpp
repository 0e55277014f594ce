#include "guest/remote_access.h"

namespace goldsmith::guest {

SsmValue OfflineAccess::ssm_parameter(const std::string& name) {
    throw RemoteFailure("the SSM parameter '" + name +
                        "' cannot be read: this toe has no network access");
}

std::string OfflineAccess::metadata(const std::string& path) {
    throw RemoteFailure("the instance metadata '" + path +
                        "' cannot be read: this toe has no network access");
}

std::string OfflineAccess::document(const std::string& location, const std::string&) {
    throw RemoteFailure("the document " + location +
                        " cannot be fetched: this toe has no network access; "
                        "give a local path");
}

}  // namespace goldsmith::guest
