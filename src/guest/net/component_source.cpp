#include "guest/net/component_source.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/files.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::uint64_t largest_answer_bytes = 16U << 20;

std::string_view field(std::string_view arn, int number) {
    for (int i = 0; i < number; ++i) {
        const std::size_t colon = arn.find(':');
        if (colon == std::string_view::npos) {
            return "";
        }
        arn.remove_prefix(colon + 1);
    }
    return number == 5 ? arn : arn.substr(0, arn.find(':'));
}

RemoteDocument read_component(const std::string& text, const std::string& arn) {
    boost::system::error_code failed;
    const json::value value = json::parse(text, failed);
    const json::object* answer = failed ? nullptr : value.if_object();
    const json::value* member = answer == nullptr ? nullptr : answer->if_contains("component");
    const json::object* component = member == nullptr ? nullptr : member->if_object();
    const json::value* data = component == nullptr ? nullptr : component->if_contains("data");
    if (data == nullptr || !data->is_string()) {
        throw RemoteFailure("the answer for the component " + arn + " holds no document");
    }
    const json::value* exact = component->if_contains("arn");
    return {std::string(data->get_string()),
            exact != nullptr && exact->is_string() ? std::string(exact->get_string()) : arn};
}

}  // namespace

std::string component_region(std::string_view arn) {
    const bool component =
        field(arn, 2) == "imagebuilder" && field(arn, 5).starts_with("component/");
    return component ? std::string(field(arn, 3)) : "";
}

std::optional<RemoteDocument> given_component(const std::string& index_file,
                                              const std::string& arn) {
    try {
        const json::value index = json::parse(base::read_file(index_file));
        const json::value* entry = index.as_object().if_contains(arn);
        if (entry == nullptr) {
            return std::nullopt;
        }
        const json::object& known = entry->as_object();
        return RemoteDocument{base::read_file(std::string(known.at("file").as_string())),
                              std::string(known.at("arn").as_string())};
    } catch (const std::exception& error) {
        throw RemoteFailure("the component " + arn + " cannot be read: " + index_file +
                            ", which TOE_COMPONENTS names: " + error.what());
    }
}

RemoteDocument fetch_component(AwsClient& aws, const std::string& arn, const Patience& patience) {
    AwsCall request;
    request.service = AwsService::imagebuilder;
    request.region = component_region(arn);
    if (request.region.empty()) {
        throw RemoteFailure("'" + arn +
                            "' is no component ARN such as "
                            "arn:aws:imagebuilder:us-east-1:123456789012:component/name/1.0.0/1");
    }
    request.request.url = aws.endpoint(AwsService::imagebuilder, request.region).url;
    std::string path = request.request.url.path();
    while (path.ends_with('/')) {
        path.pop_back();
    }
    request.request.url.target =
        path + "/GetComponent?componentBuildVersionArn=" + base::percent_encode(arn);
    request.options.answer.kept_body_bytes = largest_answer_bytes;
    request.options.total = 60s;
    const std::string what = "the component " + arn + " cannot be fetched: ";
    try {
        return read_component(aws.call(std::move(request), patience).body, arn);
    } catch (const AwsFailure& failure) {
        throw RemoteFailure(what + failure.what());
    } catch (const ConnectionFailure& failure) {
        throw RemoteFailure(what + failure.what());
    } catch (const ProtocolFailure& failure) {
        throw RemoteFailure(what + failure.what());
    }
}

}  // namespace goldsmith::guest
