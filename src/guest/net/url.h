// URLs of http and https servers, as people write them: taken apart, checked, resolved against each
// other. Takes hostile input (a server's Location). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace goldsmith::guest {

/// The text is no URL that we can use; the message says why, without passwords.
class UrlError : public base::Error {
public:
    using base::Error::Error;
};

struct Url {
    bool tls = false;
    std::string user_info;  ///< "user:password", decoded; usually empty
    std::string host;       ///< lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string target;  ///< percent-encoded path and query; begins with '/'

    /// As in the Host header: the port only when it is not the scheme's own.
    std::string authority() const;
    /// "https://host:port", without user information.
    std::string origin() const;
    /// For messages: neither user information nor query, which may hold secrets.
    std::string shown() const;
    std::string path() const;
    bool operator==(const Url&) const = default;
};

/// "http://..." or "https://...". Blanks and bytes above 127 are percent-encoded as browsers do; a
/// fragment is dropped. Throws UrlError.
Url parse_url(std::string_view text);

/// What a Location header means (RFC 3986, section 5). Throws UrlError.
Url resolve_reference(const Url& base, std::string_view reference);

/// The decoded last segment of the path; "" when it has none.
std::string last_segment(const Url& url);

}  // namespace goldsmith::guest
