#include "http/json_answer.h"
#include "http/protocol.h"
#include "http/uri.h"

namespace goldsmith::http {
namespace {

constexpr std::string_view kContentType = "application/json";

// Blob payloads (EBS blocks) travel as octets.
bool is_octets(const Headers& headers) {
    const auto type = lower_case(headers.get("Content-Type"));
    return type.starts_with("application/octet-stream") || type.starts_with("binary/octet-stream");
}

class RestJson final : public Protocol {
public:
    std::optional<Failure> decode(const Request& request, Call& call) const override {
        call.method = request.method;
        call.path = path_segments(request.raw_path);
        for (auto& [name, value] : parse_query(request.raw_query, true)) {
            if (!name.starts_with("X-Amz-")) {  // a presigned request's signature
                call.query.emplace_back(std::move(name), std::move(value));
            }
        }
        return is_octets(request.headers) ? std::nullopt : read_json_body(call);
    }

    Response encode(const Call& call, const Success& success) const override {
        return json_success(call, success, kContentType);
    }

    Response encode(const Call& call, const Failure& failure) const override {
        return json_failure(call, failure, kContentType);
    }

    Dialect dialect() const override { return Dialect::json; }
};

}  // namespace

std::shared_ptr<const Protocol> rest_json_protocol() {
    return std::make_shared<RestJson>();
}

}  // namespace goldsmith::http
