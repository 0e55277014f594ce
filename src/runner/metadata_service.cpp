#include "runner/metadata_service.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "base/encoding.h"
#include "base/hash.h"

namespace goldsmith::runner {

namespace json = boost::json;

namespace {

constexpr const char* kTokenHeader = "x-aws-ec2-metadata-token";
constexpr const char* kTtlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
constexpr const char* kTokenPath = "/latest/api/token";
constexpr int kLongestTtl = 21'600;
constexpr std::size_t kLongestTarget = 2048;

MetadataAnswer error(unsigned status, const std::string& title) {
    MetadataAnswer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.body = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>" +
                  std::to_string(status) + " - " + title + "</title></head><body><h1>" +
                  std::to_string(status) + " - " + title + "</h1></body></html>\n";
    return answer;
}

MetadataAnswer not_allowed(const char* methods) {
    MetadataAnswer answer = error(405, "Method Not Allowed");
    answer.headers["Allow"] = methods;
    return answer;
}

std::optional<int> whole_number(const std::string& text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && !text.empty()
               ? std::optional(value)
               : std::nullopt;
}

bool is_version(std::string_view text) {
    return text == "latest" || text == "1.0" ||
           (text.size() == 10 && text[4] == '-' && text[7] == '-' &&
            text.find_first_not_of("0123456789-") == std::string_view::npos);
}

/// The part behind the version without slashes at its ends; nothing where there is no version.
std::optional<std::string> path_below_version(const std::string& target) {
    std::string path = target.substr(0, target.find('?'));
    // The one name that users choose, a tag's key, may hold what URLs cannot.
    path = base::percent_decode(path).value_or(path);
    const std::size_t begin = std::min(path.find_first_not_of('/'), path.size());
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (!is_version(std::string_view(path).substr(begin, end - begin))) {
        return std::nullopt;
    }
    std::string rest = path.substr(end);
    rest.erase(0, std::min(rest.find_first_not_of('/'), rest.size()));
    rest.erase(rest.find_last_not_of('/') + 1);
    return rest;
}

}  // namespace

MetadataService::MetadataService(const api::runner::RunSpec& spec, Credentials credentials,
                                 const base::Clock& clock, std::string token_secret)
    : tree_(metadata_tree(spec)),
      role_(spec.metadata->role_name.value_or("")),
      tokens_required_(spec.metadata->tokens_required.value_or(false)),
      hop_limit_(spec.metadata->hop_limit.value_or(1)),
      credentials_(std::move(credentials)),
      clock_(clock),
      secret_(std::move(token_secret)),
      instance_id_(spec.instance_id) {}

MetadataAnswer MetadataService::answer(const MetadataRequest& request) const {
    if (request.target.size() > kLongestTarget) {
        return error(414, "URI Too Long");
    }
    if (request.target == kTokenPath) {
        return request.method == "PUT" ? make_token(request) : not_allowed("OPTIONS, PUT");
    }
    if (request.method == "PUT") {
        return error(403, "Forbidden");
    }
    if (request.method != "GET" && request.method != "HEAD") {
        return not_allowed("OPTIONS, GET, HEAD");
    }
    const auto token = request.headers.find(kTokenHeader);
    const bool given = token != request.headers.end();
    if (given ? !is_valid(token->second) : tokens_required_) {
        return error(401, "Unauthorized");
    }
    if (request.target == "/") {
        return {.body = "1.0\n2021-07-15\nlatest"};
    }
    const auto path = path_below_version(request.target);
    auto value = path ? value_at(*path) : std::nullopt;
    return value ? MetadataAnswer{.body = std::move(*value)} : error(404, "Not Found");
}

MetadataAnswer MetadataService::make_token(const MetadataRequest& request) const {
    // A request that passed a proxy did not come from the instance itself.
    if (request.headers.contains("x-forwarded-for")) {
        return error(403, "Forbidden");
    }
    const auto header = request.headers.find(kTtlHeader);
    const auto ttl = header == request.headers.end() ? std::nullopt : whole_number(header->second);
    if (!ttl || *ttl < 1 || *ttl > kLongestTtl) {
        return error(400, "Bad Request");
    }
    const auto expiry = std::to_string(clock_.now().time_since_epoch().count() + *ttl * 1000LL);
    MetadataAnswer answer;
    answer.body = expiry + "." + sign(expiry);
    answer.headers["X-Aws-Ec2-Metadata-Token-Ttl-Seconds"] = std::to_string(*ttl);
    answer.hop_limit = hop_limit_;
    return answer;
}

std::string MetadataService::sign(const std::string& expiry) const {
    const auto digest = base::hmac_sha256(secret_, "metadata token " + instance_id_ + " " + expiry);
    return base::hex_encode(base::as_view(digest));
}

bool MetadataService::is_valid(const std::string& token) const {
    const std::size_t dot = token.find('.');
    if (dot == std::string::npos || token.size() > 128) {
        return false;
    }
    const std::string expiry = token.substr(0, dot);
    if (!base::equal_in_constant_time(token.substr(dot + 1), sign(expiry))) {
        return false;
    }
    return clock_.now().time_since_epoch().count() < std::stoll(expiry);  // it is one of ours
}

std::optional<std::string> MetadataService::value_at(const std::string& path) const {
    if (!role_.empty() && path == "meta-data/iam/security-credentials/" + role_) {
        return role_credentials();
    }
    if (const auto leaf = tree_.find(path); leaf != tree_.end()) {
        return leaf->second;
    }
    const std::string folder = path.empty() ? "" : path + "/";
    std::set<std::string> names;
    for (auto entry = tree_.lower_bound(folder);
         entry != tree_.end() && entry->first.starts_with(folder); ++entry) {
        const std::size_t end = entry->first.find('/', folder.size());
        names.insert(entry->first.substr(folder.size(),
                                         end == std::string::npos ? end : end + 1 - folder.size()));
    }
    if (names.empty()) {
        return std::nullopt;
    }
    std::string listing;
    for (const std::string& name : names) {
        listing += (listing.empty() ? "" : "\n") + name;
    }
    return listing;
}

std::optional<std::string> MetadataService::role_credentials() const {
    const auto credentials = credentials_();
    if (!credentials) {
        return std::nullopt;
    }
    const auto text = [](base::Time time) {
        return base::format_iso8601(time).substr(0, 19) + "Z";
    };
    if (!credentials->access_key_id || !credentials->expiration) {
        return json::serialize(json::object{{"Code", "AssumeRoleUnauthorizedAccess"},
                                            {"Message", credentials->problem.value_or("")},
                                            {"LastUpdated", text(credentials->last_updated)}});
    }
    return json::serialize(
        json::object{{"Code", "Success"},
                     {"LastUpdated", text(credentials->last_updated)},
                     {"Type", "AWS-HMAC"},
                     {"AccessKeyId", *credentials->access_key_id},
                     {"SecretAccessKey", credentials->secret_access_key.value_or("")},
                     {"Token", credentials->session_token.value_or("")},
                     {"Expiration", text(*credentials->expiration)}});
}

}  // namespace goldsmith::runner
