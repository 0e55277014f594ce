// Which proxy, if any, stands between us and a server: http_proxy, https_proxy, all_proxy and
// no_proxy, as curl reads them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "guest/net/environment.h"
#include "guest/net/url.h"

namespace goldsmith::guest {

/// Throws UrlError for a proxy that we cannot speak to (only http:// ones).
std::optional<Url> proxy_for(const Url& url, const Environment& environment);

/// `list` as in no_proxy: names (with all names below), addresses, networks such as 10.0.0.0/8,
/// each with an optional port, or * for everything.
bool is_excluded_from_proxy(const Url& url, std::string_view list);

}  // namespace goldsmith::guest
