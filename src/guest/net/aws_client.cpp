#include "guest/net/aws_client.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/hash.h"
#include "guest/net/shown_text.h"
#include "guest/net/xml_text.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto whole_json_call = 60s;

struct ServiceError {
    std::string code;
    std::string message;
};

std::string json_member(const json::object& object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const json::value* value = object.if_contains(name);
        if (value != nullptr && value->is_string()) {
            return std::string(value->get_string());
        }
    }
    return "";
}

/// "com.amazonaws.ssm#ParameterNotFound:http://..." to "ParameterNotFound"
std::string bare_code(std::string_view code) {
    code = code.substr(0, code.find(':'));
    const std::size_t hash = code.rfind('#');
    return std::string(hash == std::string_view::npos ? code : code.substr(hash + 1));
}

ServiceError read_error(const HttpAnswer& answer) {
    ServiceError error;
    if (answer.body.find("<Code>") != std::string::npos) {
        return {element_text(answer.body, "Code"), element_text(answer.body, "Message")};
    }
    boost::system::error_code failed;
    const json::value value = json::parse(answer.body, failed);
    if (!failed && value.is_object()) {
        error.code = bare_code(json_member(value.get_object(), {"__type", "code", "Code"}));
        error.message = json_member(value.get_object(), {"message", "Message"});
    }
    if (error.code.empty()) {
        error.code = bare_code(answer.header("x-amzn-ErrorType"));
    }
    return error;
}

AwsFailure failure_of(const AwsCall& call, const HttpAnswer& answer) {
    ServiceError error = read_error(answer);
    std::string text = "status " + std::to_string(answer.status) +
                       (answer.reason.empty() ? "" : " " + answer.reason);
    if (!error.code.empty()) {
        text = shown_text(error.code, 100) +
               (error.message.empty() ? "" : ": " + shown_text(error.message, 500)) + " (" + text +
               ")";
    }
    return AwsFailure(call.request.url.origin() + " answers " + text, answer.status, error.code,
                      std::string(answer.header("x-amz-bucket-region")));
}

bool is_transient(const AwsFailure& failure) {
    static constexpr std::string_view codes[] = {
        "Throttling",       "ThrottlingException",      "ThrottledException",
        "RequestThrottled", "TooManyRequestsException", "RequestLimitExceeded",
        "SlowDown",         "RequestTimeout",           "RequestTimeoutException",
        "InternalError",    "ServiceUnavailable",       "BandwidthLimitExceeded"};
    return is_transient_status(failure.status()) ||
           std::ranges::find(codes, failure.code()) != std::end(codes);
}

bool is_expired(const AwsFailure& failure) {
    return failure.code() == "ExpiredToken" || failure.code() == "ExpiredTokenException";
}

}  // namespace

AwsClient::AwsClient(const base::Clock& clock, const Environment& environment)
    : clock_(clock),
      environment_(environment),
      network_(network_settings(environment)),
      settings_(load_aws_settings(environment)),
      http_(environment),
      metadata_(http_, environment),
      credentials_({http_, metadata_, settings_, environment, clock}) {}

AwsEndpoint AwsClient::endpoint(AwsService service, const std::string& region) const {
    return endpoint_of(service, region, settings_, environment_);
}

std::string AwsClient::region_for(AwsService service, const Patience& patience) {
    if (!settings_.region.empty()) {
        return settings_.region;
    }
    if (!instance_region_.empty()) {
        return instance_region_;
    }
    if (service == AwsService::s3 || endpoint(service, "us-east-1").configured) {
        return "us-east-1";  // S3 tells where a bucket is
    }
    try {
        instance_region_ = metadata_.metadata("placement/region", patience);
    } catch (const RemoteFailure& failure) {
        throw RemoteFailure("the AWS region is not known: set AWS_REGION (" +
                            std::string(failure.what()) + ")");
    }
    return instance_region_;
}

HttpAnswer AwsClient::call(AwsCall call, const Patience& patience) {
    base::SystemRandom random;
    RetryPlan plan(network_.retry, random);
    bool looked_again = false;
    call.options.connection = network_.connection;
    if (call.payload_hash.empty()) {
        call.payload_hash = base::sha256_hex(call.request.body);
    }
    for (;;) {
        std::optional<std::chrono::seconds> retry_after;
        std::exception_ptr problem;
        try {
            sign_request(call.request, credentials_.key(patience), call.region,
                         signing_name(call.service), call.payload_hash, clock_.now());
            if (call.before_attempt) {
                call.before_attempt();
            }
            HttpAnswer answer = http_.exchange(call.request, call.options, patience);
            if (answer.status / 100 == 2) {
                return answer;
            }
            retry_after = parse_retry_after(answer.header("Retry-After"), clock_.now());
            throw failure_of(call, answer);
        } catch (const AwsFailure& failure) {
            if (is_expired(failure) && !looked_again) {
                looked_again = true;
                credentials_.forget();
                continue;
            }
            if (!is_transient(failure)) {
                throw;
            }
            problem = std::current_exception();
        } catch (const ConnectionFailure&) {
            problem = std::current_exception();
        }
        const auto delay = plan.next_delay(retry_after);
        if (!delay) {
            std::rethrow_exception(problem);
        }
        patience.sleep(*delay);
    }
}

std::string AwsClient::call_json(AwsService service, const std::string& region,
                                 const std::string& target, const std::string& body,
                                 const Patience& patience) {
    AwsCall request;
    request.service = service;
    request.region = region;
    request.request.method = "POST";
    request.request.url = endpoint(service, region).url;
    request.request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                               {"X-Amz-Target", target}};
    request.request.body = body;
    request.options.total = whole_json_call;
    return call(std::move(request), patience).body;
}

}  // namespace goldsmith::guest
