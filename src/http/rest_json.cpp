#include "http/json_answer.h"
#include "http/protocol.h"
#include "http/uri.h"

namespace goldsmith::http {
namespace {

constexpr std::string_view kContentType = "application/json";

// A service with blob payloads (EBS blocks): what is declared as octets is left alone, and what
// declares nothing is JSON only if it reads as such.
std::optional<Failure> read_body_or_octets(Call& call) {
    const auto type = call.headers.get("Content-Type");
    if (type.empty()) {
        if (read_json_body(call)) {
            call.input = nullptr;
        }
        return std::nullopt;
    }
    return lower_case(type).find("octet-stream") == std::string::npos ? read_json_body(call)
                                                                      : std::nullopt;
}

class RestJson final : public Protocol {
public:
    explicit RestJson(Blobs blobs) : blobs_(blobs) {}

    std::optional<Failure> decode(const Request& request, Call& call) const override {
        call.method = request.method;
        call.path = path_segments(request.raw_path);
        for (auto& [name, value] : parse_query(request.raw_query, true)) {
            if (!name.starts_with("X-Amz-")) {  // a presigned request's signature
                call.query.emplace_back(std::move(name), std::move(value));
            }
        }
        return blobs_ == Blobs::possible ? read_body_or_octets(call) : read_json_body(call);
    }

    Response encode(const Call& call, const Success& success) const override {
        return json_success(call, success, kContentType);
    }

    Response encode(const Call& call, const Failure& failure) const override {
        return json_failure(call, failure, kContentType);
    }

    Dialect dialect() const override { return Dialect::json; }

private:
    Blobs blobs_;
};

}  // namespace

std::shared_ptr<const Protocol> rest_json_protocol(Blobs blobs) {
    return std::make_shared<RestJson>(blobs);
}

}  // namespace goldsmith::http
