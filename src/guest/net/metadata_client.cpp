#include "guest/net/metadata_client.h"

#include <algorithm>

#include "base/encoding.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

using namespace std::chrono_literals;

constexpr int attempts = 3;
constexpr auto token_life = 21'600s;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

}  // namespace

std::string metadata_target(const std::string& path) {
    std::string target = "/latest/meta-data";
    bool first = true;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string segment = path.substr(begin, end - begin);
        const bool last = end == path.size();
        begin = end + 1;
        if (segment == "." || segment == ".." || (segment.empty() && (!last || first))) {
            throw RemoteFailure("the instance metadata '" + path +
                                "' cannot be read: the path must name something below meta-data/");
        }
        if (first && (segment == "iam" || segment == "identity-credentials")) {
            throw RemoteFailure("the instance metadata '" + path +
                                "' cannot be read: documents must not read credentials");
        }
        first = false;
        target += "/" + base::percent_encode(segment);
    }
    return target;
}

MetadataClient::MetadataClient(HttpClient& client, Environment environment)
    : client_(client), environment_(std::move(environment)) {}

bool MetadataClient::disabled() const {
    return lower(environment_("AWS_EC2_METADATA_DISABLED")) == "true";
}

Url MetadataClient::url_of(const std::string& path) const {
    std::string endpoint = environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (endpoint.empty()) {
        const bool v6 = lower(environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")) == "ipv6";
        endpoint = v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    }
    try {
        Url url = parse_url(endpoint);
        std::string base = url.path();
        while (base.ends_with('/')) {
            base.pop_back();
        }
        url.target = base + path;
        return url;
    } catch (const UrlError&) {
        base::throw_with_context("AWS_EC2_METADATA_SERVICE_ENDPOINT is not usable");
    }
}

HttpAnswer MetadataClient::ask(const HttpRequest& request, const Patience& patience) {
    ExchangeOptions options;
    options.connection = {1s, 5s};
    options.total = 10s;
    options.use_proxy = false;
    for (int attempt = 1;; ++attempt) {
        try {
            HttpAnswer answer = client_.exchange(request, options, patience);
            if (answer.status < 500 || attempt == attempts) {
                return answer;
            }
        } catch (const ConnectionFailure&) {
            if (attempt == attempts) {
                throw;
            }
        }
        patience.sleep(attempt * 100ms);
    }
}

const std::string& MetadataClient::token(const Patience& patience) {
    const auto now = std::chrono::steady_clock::now();
    if (!token_.empty() && now < token_end_) {
        return token_;
    }
    HttpRequest request;
    request.method = "PUT";
    request.url = url_of("/latest/api/token");
    request.headers = {
        {"X-aws-ec2-metadata-token-ttl-seconds", std::to_string(token_life.count())}};
    HttpAnswer answer = ask(request, patience);
    if (answer.status != 200 || answer.body.empty()) {
        throw RemoteFailure("it gives no session token: status " + std::to_string(answer.status));
    }
    token_ = std::move(answer.body);
    token_end_ = now + token_life - 60s;
    return token_;
}

std::optional<std::string> MetadataClient::get(const std::string& path, const Patience& patience) {
    if (disabled()) {
        throw RemoteFailure("AWS_EC2_METADATA_DISABLED is set to true");
    }
    try {
        HttpRequest request;
        request.url = url_of(path);
        request.headers = {{"X-aws-ec2-metadata-token", token(patience)}};
        HttpAnswer answer = ask(request, patience);
        if (answer.status == 401) {
            // The token may be older than the service believes: its machine was paused, say.
            token_.clear();
            request.headers = {{"X-aws-ec2-metadata-token", token(patience)}};
            answer = ask(request, patience);
        }
        if (answer.status == 404) {
            return std::nullopt;
        }
        if (answer.status != 200) {
            throw RemoteFailure("status " + std::to_string(answer.status) + " " + answer.reason);
        }
        return std::move(answer.body);
    } catch (const ConnectionFailure& failure) {
        throw RemoteFailure("the instance metadata service does not answer: " +
                            base::error_chain(failure));
    }
}

std::string MetadataClient::metadata(const std::string& path, const Patience& patience) {
    const std::string target = metadata_target(path);
    std::optional<std::string> value;
    try {
        value = get(target, patience);
    } catch (const RemoteFailure& failure) {
        throw RemoteFailure("the instance metadata '" + path +
                            "' cannot be read: " + failure.what());
    }
    if (!value) {
        throw RemoteFailure("the instance metadata '" + path + "' does not exist");
    }
    return *value;
}

}  // namespace goldsmith::guest
