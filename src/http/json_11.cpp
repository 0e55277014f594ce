#include "http/json_answer.h"
#include "http/protocol.h"

namespace goldsmith::http {
namespace {

constexpr std::string_view kContentType = "application/x-amz-json-1.1";

class Json11 final : public Protocol {
public:
    explicit Json11(std::string target_prefix) : target_prefix_(std::move(target_prefix)) {}

    std::optional<Failure> decode(const Request& request, Call& call) const override {
        const auto target = trimmed(request.headers.get("X-Amz-Target"));
        const auto dot = target.rfind('.');
        // Some clients put the service's Java package before its name.
        const auto service = target.substr(0, dot);
        const bool ours = service == target_prefix_ || service.ends_with('.' + target_prefix_);
        if (dot == std::string_view::npos || !ours) {
            return Failure{"UnknownOperationException",
                           "The X-Amz-Target header must name an operation as '" + target_prefix_ +
                               ".<Operation>'; it is '" + std::string(target.substr(0, 200)) + "'.",
                           400,
                           Fault::sender,
                           {}};
        }
        call.method = request.method;
        call.operation = target.substr(dot + 1);
        return read_json_body(call);
    }

    Response encode(const Call& call, const Success& success) const override {
        return json_success(call, success, kContentType);
    }

    Response encode(const Call& call, const Failure& failure) const override {
        return json_failure(call, failure, kContentType);
    }

    Dialect dialect() const override { return Dialect::json; }

private:
    std::string target_prefix_;
};

}  // namespace

std::shared_ptr<const Protocol> json_11_protocol(std::string target_prefix) {
    return std::make_shared<Json11>(std::move(target_prefix));
}

}  // namespace goldsmith::http
