#pragma once

#include "base/clock.h"
#include "http/tls_files.h"

#include <string>
#include <vector>

namespace goldsmith::http {

// A certificate authority of our own and a server certificate that it signed, for who has none:
//
//     ca.pem          what clients trust (AWS_CA_BUNDLE); ten years
//     ca.key          mode 0600
//     server.pem      for `names` (host names and addresses); a year
//     server.key      mode 0600
//
// Makes what is missing in `folder` and renews the server's certificate when it has less than 30
// days left or does not name all of `names`; the authority stays, so clients need nothing new. One
// process at a time. Throws base::Error naming the file that cannot be used.
TlsFiles ensure_own_certificates(const std::filesystem::path& folder,
                                 const std::vector<std::string>& names, base::Time now);

}  // namespace goldsmith::http
