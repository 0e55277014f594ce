#include "api/paging.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace goldsmith::api {

namespace {

constexpr std::size_t mac_bytes = 16;
constexpr std::size_t least_secret_bytes = 16;

std::string mac_of(std::string_view secret, std::string_view scope, std::string_view key) {
    std::string message = std::to_string(scope.size()) + ':';
    message += scope;
    message += key;
    const auto digest = base::hmac_sha256(secret, message);
    return std::string(base::as_view(digest).substr(0, mac_bytes));
}

}  // namespace

PageTokens::PageTokens(std::string secret) : secret_(std::move(secret)) {
    if (secret_.size() < least_secret_bytes) {
        throw base::Error("the secret of page tokens needs at least 16 bytes");
    }
}

std::string PageTokens::make(std::string_view scope, std::string_view last_key) const {
    return base::base64_encode(mac_of(secret_, scope, last_key) + std::string(last_key));
}

std::optional<std::string> PageTokens::open(std::string_view scope, std::string_view token) const {
    const auto bytes = base::base64_decode(token);
    if (!bytes || bytes->size() < mac_bytes) {
        return std::nullopt;
    }
    auto key = bytes->substr(mac_bytes);
    const auto mac = std::string_view(*bytes).substr(0, mac_bytes);
    if (!base::equal_in_constant_time(mac, mac_of(secret_, scope, key))) {
        return std::nullopt;
    }
    return key;
}

std::string page_scope(std::string_view operation, const CallContext& context,
                       const boost::json::object& parameters) {
    std::string scope(operation);
    scope += '\n' + context.account + '\n' + context.region + '\n';
    return scope + parameters_digest(parameters, {"nextToken", "NextToken", "maxResults",
                                                  "MaxResults", "limit", "Marker", "MaxItems"});
}

}  // namespace goldsmith::api
