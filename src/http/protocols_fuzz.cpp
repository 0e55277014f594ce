// libFuzzer entry over everything that reads what a client sends: signature material, aws-chunked
// framing, forms, JSON, and each protocol's decode and error encoding. Built with
// -DGOLDSMITH_FUZZ=ON and clang; run as `fuzz_http_protocols -max_len=4096`.
//
// Input: a byte that picks the protocol, then an HTTP-like text: "METHOD target\n", header lines,
// an empty line, the body.

#include "http/auth_failure.h"
#include "http/aws_chunked.h"
#include "http/json_text.h"
#include "http/protocol.h"
#include "http/router.h"
#include "http/signature_material.h"

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

namespace goldsmith::http {
namespace {

std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return line;
}

Request parse(std::string_view text) {
    Request request;
    const auto first = take_line(text);
    const auto blank = first.find(' ');
    request.method = first.substr(0, blank);
    set_target(request,
               std::string(blank == std::string_view::npos ? "/" : first.substr(blank + 1)));
    for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos) {
            request.headers.add(std::string(line.substr(0, colon)),
                                std::string(line.substr(colon + 1)));
        }
    }
    request.body = text;
    return request;
}

class AnyKey final : public CredentialSource {
public:
    std::optional<Credential> find(std::string_view key) const override {
        return Credential{"secret", {std::string(key), "123456789012", "arn"}, {}, {}};
    }
};

void check(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void decode_as(const Protocol& protocol, const Request& request) {
    Call call;
    call.body = request.body;
    call.headers = request.headers;
    const auto failure = protocol.decode(request, call);
    if (failure) {
        const auto response = protocol.encode(call, *failure);
        check(response.status >= 400 && response.status < 500);
    } else {
        Success success;
        success.output = call.input;
        protocol.encode(call, success);
    }
}

void route(const Request& request) {
    static const AnyKey keys;
    static const base::FakeClock clock(*base::parse_iso8601("2026-01-31T12:00:00Z"));
    static const Router router({}, keys, clock);
    const auto status = router.handle(request).status;
    check(status >= 400 && status < 500);
}

}  // namespace
}  // namespace goldsmith::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::http;
    static const std::array<std::shared_ptr<const Protocol>, 5> protocols{
        rest_json_protocol(), rest_json_protocol(Blobs::possible), json_11_protocol("P"),
        query_protocol("urn:q"), ec2_protocol("urn:e")};
    if (size == 0) {
        return 0;
    }
    const auto request = parse({reinterpret_cast<const char*>(data) + 1, size - 1});
    decode_as(*protocols[data[0] % protocols.size()], request);
    route(request);
    decode_aws_chunked(request.body, std::nullopt, (data[0] & 1U) != 0);
    const auto json = parse_json(request.body);
    if (const auto* value = std::get_if<boost::json::value>(&json)) {
        check(std::holds_alternative<boost::json::value>(parse_json(json_text(*value))));
    }
    return 0;
}
