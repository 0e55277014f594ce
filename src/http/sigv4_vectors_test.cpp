// Requests signed by another implementation (testdata/sigv4_vectors.json, written by
// tests/api/make_sigv4_vectors.py): the verifier accepts them, the signer makes the same
// signatures.

#include "base/files.h"
#include "http/authenticator.h"
#include "http/signer.h"
#include "http/test_credentials.h"
#include "http/uri.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

struct Vector {
    std::string name;
    std::string service;
    std::string region;
    std::string unsigned_target;
    bool presigned = false;
    std::optional<std::string> token;
    Request request;
    Headers unsigned_headers;
};

void PrintTo(const Vector& vector, std::ostream* out) {
    *out << vector.name;
}

std::string text(const json::object& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}

Headers headers(const json::value& value) {
    Headers result;
    for (const auto& field : value.as_object()) {
        result.add(std::string(field.key()), json::value_to<std::string>(field.value()));
    }
    return result;
}

json::object document() {
    return json::parse(base::read_file(std::string(GOLDSMITH_SOURCE_DIR) +
                                       "/src/http/testdata/sigv4_vectors.json"))
        .as_object();
}

std::vector<Vector> vectors() {
    std::vector<Vector> result;
    const auto whole = document();
    for (const auto& value : whole.at("vectors").as_array()) {
        const auto& object = value.as_object();
        Vector vector;
        vector.name = text(object, "name");
        vector.service = text(object, "service");
        vector.region = text(object, "region");
        vector.unsigned_target = text(object, "unsigned_target");
        vector.presigned = object.at("presigned").as_bool();
        if (object.at("token").is_string()) {
            vector.token = text(object, "token");
        }
        vector.request.method = text(object, "method");
        set_target(vector.request, text(object, "target"));
        vector.request.headers = headers(object.at("headers"));
        vector.request.body = text(object, "body");
        vector.unsigned_headers = headers(object.at("unsigned_headers"));
        result.push_back(std::move(vector));
    }
    return result;
}

class SigV4Vectors : public testing::TestWithParam<Vector> {
protected:
    SigV4Vectors() : clock_(*base::parse_iso8601(text(document_, "now"))) {
        source_.add(text(document_, "key"),
                    {text(document_, "secret"), kTestPrincipal, GetParam().token, std::nullopt});
    }

    json::object document_ = document();
    base::FakeClock clock_;
    FixedCredentials source_;
};

TEST_P(SigV4Vectors, AreAccepted) {
    const auto verified = Authenticator(source_, clock_).verify(GetParam().request);
    ASSERT_TRUE(std::holds_alternative<Authenticated>(verified))
        << std::get<AuthFailure>(verified).message;
    const auto& who = std::get<Authenticated>(verified);
    EXPECT_EQ(who.service, GetParam().service);
    EXPECT_EQ(who.region, "us-east-1");
    EXPECT_EQ(who.body, GetParam().request.body);
}

TEST_P(SigV4Vectors, AreRefusedWithAnotherSecret) {
    FixedCredentials others;
    others.add(text(document_, "key"), {"another secret", kTestPrincipal, GetParam().token, {}});
    const auto verified = Authenticator(others, clock_).verify(GetParam().request);
    ASSERT_TRUE(std::holds_alternative<AuthFailure>(verified));
    EXPECT_EQ(std::get<AuthFailure>(verified).problem, AuthProblem::mismatch);
}

TEST_P(SigV4Vectors, AreReproducedByTheSigner) {
    const auto& vector = GetParam();
    Request request = vector.request;
    const SigningKey key{text(document_, "key"), text(document_, "secret"), vector.token};
    if (vector.presigned) {
        set_target(request, vector.unsigned_target);
        presign(request, key, vector.region, vector.service, clock_.now(),
                std::chrono::seconds(900));
        auto ours = parse_query(request.raw_query);
        auto theirs = parse_query(vector.request.raw_query);
        std::ranges::sort(ours);
        std::ranges::sort(theirs);
        EXPECT_EQ(ours, theirs);
    } else {
        request.headers.remove("Authorization");
        request.headers.remove("X-Amz-Date");
        sign(request, key, vector.region, vector.service, clock_.now());
        EXPECT_EQ(request.headers.get("Authorization"),
                  vector.request.headers.get("Authorization"));
    }
}

INSTANTIATE_TEST_SUITE_P(Botocore, SigV4Vectors, testing::ValuesIn(vectors()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace goldsmith::http
