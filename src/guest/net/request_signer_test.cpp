// Against requests that another implementation signed: testdata of src/http, which the server's
// verifier is tested with as well.
#include "guest/net/request_signer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/files.h"
#include "base/hash.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}

TEST(RequestSigner, SignsAsBotocoreDoes) {
    const json::object vectors =
        json::parse(base::read_file(std::string(GOLDSMITH_SOURCE_DIR) +
                                    "/src/http/testdata/sigv4_vectors.json"))
            .as_object();
    const base::Time now = *base::parse_iso8601(text(vectors, "now"));
    int checked = 0;
    for (const json::value& value : vectors.at("vectors").as_array()) {
        const json::object& vector = value.as_object();
        const std::string target = text(vector, "unsigned_target");
        // Presigned forms and paths that are not canonical are things that toe never sends.
        const std::string path = target.substr(0, target.find('?'));
        if (vector.at("presigned").as_bool() || path.find("//") != std::string::npos ||
            path.find("/.") != std::string::npos) {
            continue;
        }
        HttpRequest request;
        request.method = text(vector, "method");
        std::string payload = base::sha256_hex(text(vector, "body"));
        std::string expected;
        for (const auto& field : vector.at("headers").as_object()) {
            const std::string header(field.key());
            const std::string content = json::value_to<std::string>(field.value());
            if (same_header_name(header, "Host")) {
                request.url = parse_url("http://" + content + target);
            } else if (same_header_name(header, "Authorization")) {
                expected = content;
            } else if (same_header_name(header, "X-Amz-Content-SHA256")) {
                payload = content;
                request.headers.emplace_back(header, content);
            } else if (expected.empty() || !same_header_name(header, "Content-Length")) {
                request.headers.emplace_back(header, content);
            }
        }
        std::erase_if(request.headers, [](const auto& field) {
            return same_header_name(field.first, "Content-Length") ||
                   same_header_name(field.first, "X-Amz-Security-Token");
        });
        const AwsKey key{text(vectors, "key"), text(vectors, "secret"),
                         vector.at("token").is_string() ? text(vector, "token") : ""};
        sign_request(request, key, text(vector, "region"), text(vector, "service"), payload, now);
        const auto found = std::ranges::find_if(
            request.headers, [](const auto& field) { return field.first == "Authorization"; });
        ASSERT_NE(found, request.headers.end());
        EXPECT_EQ(found->second, expected) << text(vector, "name");
        ++checked;
    }
    EXPECT_GE(checked, 5);
}

TEST(RequestSigner, SigningAgainReplacesTheFirstSignature) {
    HttpRequest request;
    request.url = parse_url("http://host/bucket/key");
    const AwsKey key{"AKID", "secret", "token"};
    const base::Time now = *base::parse_iso8601("2026-01-31T12:00:00Z");
    sign_request(request, key, "us-east-1", "s3", base::sha256_hex(""), now);
    const auto first = request.headers;
    sign_request(request, key, "us-east-1", "s3", base::sha256_hex(""), now);
    auto second = request.headers;
    std::ranges::sort(second);
    auto sorted = first;
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, second);
}

}  // namespace
}  // namespace goldsmith::guest
