#include "guest/net/network_access.h"

#include <boost/json.hpp>

#include "guest/net/cloudwatch_stream.h"
#include "guest/net/component_source.h"
#include "guest/net/shown_text.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;

/// As the reader of local documents.
constexpr std::size_t largest_document_bytes = 16U << 20;

std::string text_member(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

json::object parse_object(const std::string& text) {
    boost::system::error_code failed;
    const json::value value = json::parse(text, failed);
    return failed || !value.is_object() ? json::object() : value.get_object();
}

/// Keeps what arrives, within bounds.
class TextTarget final : public ByteTarget {
public:
    explicit TextTarget(std::string what) : what_(std::move(what)) {}
    void restart() override { text.clear(); }
    void write(std::string_view bytes) override {
        if (text.size() + bytes.size() > largest_document_bytes) {
            throw RemoteFailure(what_ + " is larger than 16 MiB");
        }
        text.append(bytes);
    }
    std::string text;

private:
    std::string what_;
};

}  // namespace

NetworkAccess::NetworkAccess(const base::Clock& clock, const Environment& environment)
    : clock_(clock), environment_(environment) {}

NetworkAccess::Parts& NetworkAccess::parts() {
    if (!parts_) {
        parts_ = std::make_unique<Parts>(clock_, environment_);
    }
    return *parts_;
}

SsmValue NetworkAccess::ssm_parameter(const std::string& name, const Patience& patience) {
    AwsClient& aws = parts().aws;
    const std::string what = "the SSM parameter '" + name + "' cannot be read: ";
    try {
        const std::string answer = aws.call_json(
            AwsService::ssm, aws.region_for(AwsService::ssm, patience), "AmazonSSM.GetParameter",
            json::serialize(json::object{{"Name", name}, {"WithDecryption", true}}), patience);
        const json::object object = parse_object(answer);
        const json::value* parameter = object.if_contains("Parameter");
        const json::value* value = parameter == nullptr || !parameter->is_object()
                                       ? nullptr
                                       : parameter->get_object().if_contains("Value");
        if (value == nullptr || !value->is_string()) {
            throw RemoteFailure(what + "the answer holds no value");
        }
        const bool secure = text_member(parameter->get_object(), "Type") == "SecureString";
        return {std::string(value->get_string()), secure};
    } catch (const AwsFailure& failure) {
        throw RemoteFailure(what + failure.what());
    } catch (const ConnectionFailure& failure) {
        throw RemoteFailure(what + failure.what());
    } catch (const ProtocolFailure& failure) {
        throw RemoteFailure(what + failure.what());
    }
}

std::string NetworkAccess::metadata(const std::string& path, const Patience& patience) {
    return parts().aws.metadata().metadata(path, patience);
}

std::string NetworkAccess::region(const Patience& patience) {
    const std::string& known = parts().aws.settings().region;
    return known.empty() ? metadata("placement/region", patience) : known;
}

std::string NetworkAccess::account_id(const Patience& patience) {
    if (std::string known = environment_("AWS_ACCOUNT_ID"); !known.empty()) {
        return known;
    }
    const auto identity =
        parts().aws.metadata().get("/latest/dynamic/instance-identity/document", patience);
    const std::string account = text_member(parse_object(identity.value_or("")), "accountId");
    if (!account.empty()) {
        return account;
    }
    return metadata("network/interfaces/macs/" + metadata("mac", patience) + "/owner-id", patience);
}

RemoteDocument NetworkAccess::document(const std::string& location, const std::string& bucket_owner,
                                       const Patience& patience) {
    if (location.starts_with("arn:")) {
        if (const std::string index = environment_("TOE_COMPONENTS"); !index.empty()) {
            if (auto given = given_component(index, location)) {
                return *std::move(given);
            }
        }
        return fetch_component(parts().aws, location, patience);
    }
    const S3Location object = parse_s3_location(location);
    TextTarget target("the document " + location);
    get_object(object, bucket_owner, target, patience);
    return {std::move(target.text), object.text()};
}

void NetworkAccess::download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                             const Patience& patience) {
    parts().web.download(source, target, note, patience);
}

S3Listing NetworkAccess::list_objects(const S3Location& prefix, const std::string& bucket_owner,
                                      const Patience& patience) {
    try {
        return parts().s3.list(prefix, bucket_owner, patience);
    } catch (const RemoteFailure& failure) {
        throw RemoteFailure(shown_text(prefix.text()) + " cannot be listed: " + failure.what());
    }
}

void NetworkAccess::get_object(const S3Location& object, const std::string& bucket_owner,
                               ByteTarget& target, const Patience& patience) {
    try {
        parts().s3.get(object, bucket_owner, target, patience);
    } catch (const RemoteFailure& failure) {
        throw RemoteFailure(shown_text(object.text()) + " cannot be downloaded: " + failure.what());
    }
}

void NetworkAccess::put_object(const S3Location& object, const std::string& bucket_owner, int file,
                               const Patience& patience) {
    try {
        parts().s3.put(object, bucket_owner, file, patience);
    } catch (const RemoteFailure& failure) {
        throw RemoteFailure(shown_text(object.text()) + " cannot be uploaded: " + failure.what());
    }
}

std::unique_ptr<LogStream> NetworkAccess::open_log_stream(const LogStreamName& name,
                                                          const Patience& patience) {
    return std::make_unique<CloudWatchStream>(clock_, environment_, name, patience);
}

}  // namespace goldsmith::guest
