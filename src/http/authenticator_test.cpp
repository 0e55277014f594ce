// What the verifier refuses, and what it calls it. Everything starts from a good request signed by
// our signer (sigv4_vectors_test.cpp ties that to another implementation) and spoils one thing.

#include "http/authenticator.h"

#include "base/hash.h"
#include "http/signer.h"
#include "http/sigv4.h"
#include "http/test_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <functional>

namespace goldsmith::http {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class AuthenticatorTest : public testing::Test {
protected:
    AuthenticatorTest() { source_.add(kKey.access_key_id, {kKey.secret, kTestPrincipal, {}, {}}); }

    static Request unsigned_request() {
        Request request;
        request.method = "PUT";
        set_target(request, "/CreateImage?b=2&a=1");
        request.headers = {{"Host", "127.0.0.1:8080"},
                           {"Content-Type", "application/json"},
                           {"X-Amz-Target", "A.B"}};
        request.body = R"({"name":"web"})";
        return request;
    }

    Request signed_request() const {
        auto request = unsigned_request();
        sign(request, kKey, "us-east-1", "imagebuilder", clock_.now());
        return request;
    }

    Request presigned_request(seconds lifetime) const {
        auto request = unsigned_request();
        request.headers = {{"Host", "127.0.0.1:8080"}};
        presign(request, kKey, "us-east-1", "imagebuilder", clock_.now(), lifetime);
        return request;
    }

    std::variant<Authenticated, AuthFailure> verify(const Request& request) const {
        return Authenticator(source_, clock_, {"us-east-1", "us-west-2"}).verify(request);
    }

    // The message where it is refused for that reason; else what happened instead.
    std::string refused(const Request& request, AuthProblem problem) const {
        const auto verified = verify(request);
        if (std::holds_alternative<Authenticated>(verified)) {
            return "ACCEPTED";
        }
        const auto& failure = std::get<AuthFailure>(verified);
        return failure.problem == problem ? failure.message : "OTHER PROBLEM: " + failure.message;
    }

    static void spoil_authorization(Request& request, const std::string& from,
                                    const std::string& to) {
        std::string value(request.headers.get("Authorization"));
        const auto at = value.find(from);
        ASSERT_NE(at, std::string::npos);
        request.headers.set("Authorization", value.replace(at, from.size(), to));
    }

    const SigningKey kKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
    base::FakeClock clock_{*base::parse_iso8601("2026-01-31T12:00:00Z")};
    FixedCredentials source_;
};

constexpr auto kMismatch = "The request signature we calculated does not match";

TEST_F(AuthenticatorTest, AcceptsWhatTheSignerMade) {
    const auto verified = verify(signed_request());
    ASSERT_TRUE(std::holds_alternative<Authenticated>(verified));
    EXPECT_EQ(std::get<Authenticated>(verified).principal.arn, kTestPrincipal.arn);
}

TEST_F(AuthenticatorTest, RefusesAnyAlteration) {
    const std::vector<std::pair<const char*, std::function<void(Request&)>>> alterations{
        {"body", [](Request& r) { r.body += " "; }},
        {"no body", [](Request& r) { r.body.clear(); }},
        {"method", [](Request& r) { r.method = "POST"; }},
        {"path", [](Request& r) { set_target(r, "/DeleteImage?b=2&a=1"); }},
        {"query value", [](Request& r) { set_target(r, "/CreateImage?b=2&a=2"); }},
        {"query added", [](Request& r) { set_target(r, "/CreateImage?b=2&a=1&c=3"); }},
        {"query removed", [](Request& r) { set_target(r, "/CreateImage?b=2"); }},
        {"host", [](Request& r) { r.headers.set("Host", "10.0.0.1"); }},
        {"signed header", [](Request& r) { r.headers.set("Content-Type", "text/plain"); }},
        {"target header", [](Request& r) { r.headers.set("X-Amz-Target", "A.C"); }},
        {"header doubled", [](Request& r) { r.headers.add("Content-Type", "text/plain"); }},
        {"header removed", [](Request& r) { r.headers.remove("Content-Type"); }},
        {"date", [](Request& r) { r.headers.set("X-Amz-Date", "20260131T120001Z"); }},
        {"region", [](Request& r) { spoil_authorization(r, "us-east-1", "us-west-2"); }},
        {"service", [](Request& r) { spoil_authorization(r, "imagebuilder", "ec2"); }},
        {"signature", [](Request& r) { spoil_authorization(r, "Signature=", "Signature=0"); }},
        {"signed names", [](Request& r) { spoil_authorization(r, "content-type;", ""); }},
        {"unsigned payload",
         [](Request& r) { r.headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"); }},
    };
    for (const auto& [name, alter] : alterations) {
        auto request = signed_request();
        alter(request);
        EXPECT_THAT(refused(request, AuthProblem::mismatch), testing::StartsWith(kMismatch))
            << name;
    }
}

TEST_F(AuthenticatorTest, IgnoresWhatProxiesAddAndTheOrderOfTheQuery) {
    auto request = signed_request();
    request.headers.add("X-Forwarded-For", "192.0.2.1");
    request.headers.add("User-Agent", "any");
    set_target(request, "/CreateImage?a=1&b=2");
    EXPECT_TRUE(std::holds_alternative<Authenticated>(verify(request)));
}

TEST_F(AuthenticatorTest, RefusesAnAmzHeaderThatIsNotSigned) {
    auto request = signed_request();
    request.headers.add("X-Amz-Meta", "smuggled");
    EXPECT_EQ(refused(request, AuthProblem::incomplete),
              "'X-Amz-Meta' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST_F(AuthenticatorTest, RefusesADeclaredHashThatIsNotTheBodys) {
    auto request = unsigned_request();
    request.headers.add("x-amz-content-sha256", base::sha256_hex("something else"));
    sign(request, kKey, "us-east-1", "imagebuilder", clock_.now());
    EXPECT_THAT(refused(request, AuthProblem::mismatch),
                testing::HasSubstr("x-amz-content-sha256"));
}

TEST_F(AuthenticatorTest, AcceptsADeclaredHashAndAnUnsignedPayload) {
    for (const auto& declared :
         {base::sha256_hex(unsigned_request().body), std::string(sigv4::kUnsignedPayload)}) {
        auto request = unsigned_request();
        request.headers.add("x-amz-content-sha256", declared);
        sign(request, kKey, "us-east-1", "imagebuilder", clock_.now());
        EXPECT_TRUE(std::holds_alternative<Authenticated>(verify(request))) << declared;
    }
}

TEST_F(AuthenticatorTest, RefusesAnUnknownPayloadForm) {
    for (const auto* declared : {"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "abc", "UNSIGNED"}) {
        auto request = unsigned_request();
        request.headers.add("x-amz-content-sha256", declared);
        sign(request, kKey, "us-east-1", "imagebuilder", clock_.now());
        EXPECT_THAT(refused(request, AuthProblem::incomplete),
                    testing::HasSubstr("x-amz-content-sha256"))
            << declared;
    }
}

TEST_F(AuthenticatorTest, AllowsFifteenMinutesOfSkew) {
    const auto request = signed_request();
    clock_.advance(minutes(15));
    EXPECT_TRUE(std::holds_alternative<Authenticated>(verify(request)));
    clock_.advance(seconds(1));
    EXPECT_EQ(refused(request, AuthProblem::expired),
              "Signature expired: 20260131T120000Z is now earlier than 20260131T120001Z "
              "(20260131T121501Z - 15 min.)");
}

TEST_F(AuthenticatorTest, RefusesARequestFromTheFuture) {
    const auto request = signed_request();
    clock_.advance(-minutes(15));
    EXPECT_TRUE(std::holds_alternative<Authenticated>(verify(request)));
    clock_.advance(-seconds(1));
    EXPECT_THAT(refused(request, AuthProblem::not_yet_valid),
                testing::StartsWith("Signature not yet current: 20260131T120000Z"));
}

TEST_F(AuthenticatorTest, PresignedRequestsLiveAsLongAsTheySay) {
    const auto request = presigned_request(seconds(3600));
    clock_.advance(seconds(3600));
    EXPECT_TRUE(std::holds_alternative<Authenticated>(verify(request)));
    clock_.advance(seconds(1));
    EXPECT_THAT(refused(request, AuthProblem::expired), testing::HasSubstr("Signature expired"));
}

TEST_F(AuthenticatorTest, PresignedRequestsCannotBeProlongedOrAltered) {
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"X-Amz-Expires=60", "X-Amz-Expires=600"},
                                                          {"a=1", "a=2"},
                                                          {"/CreateImage", "/DeleteImage"},
                                                          {"us-east-1", "us-west-2"}}) {
        auto request = presigned_request(seconds(60));
        auto target = request.target;
        set_target(request, target.replace(target.find(from), from.size(), to));
        EXPECT_THAT(refused(request, AuthProblem::mismatch), testing::StartsWith(kMismatch))
            << from;
    }
}

TEST_F(AuthenticatorTest, RefusesUnreasonableLifetimes) {
    for (const auto* lifetime : {"0", "-1", "604801", "x", "99999999999999999999"}) {
        auto request = presigned_request(seconds(60));
        auto target = request.target;
        const std::string from = "X-Amz-Expires=60";
        set_target(request, target.replace(target.find(from), from.size(),
                                           std::string("X-Amz-Expires=") + lifetime));
        EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr("X-Amz-Expires"));
    }
}

TEST_F(AuthenticatorTest, RefusesAnUnknownKey) {
    auto request = unsigned_request();
    sign(request, {"AKIAUNKNOWN", "secret", {}}, "us-east-1", "imagebuilder", clock_.now());
    EXPECT_EQ(refused(request, AuthProblem::unknown_key),
              "The security token included in the request is invalid.");
}

TEST_F(AuthenticatorTest, ComparesTheSessionToken) {
    const SigningKey temporary{"ASIATEMPORARY", "secret", "the token"};
    source_.add("ASIATEMPORARY",
                {"secret", kTestPrincipal, "the token", clock_.now() + minutes(60)});
    for (const auto& [token, accepted] : std::vector<std::pair<std::optional<std::string>, bool>>{
             {"the token", true}, {"another", false}, {std::nullopt, false}, {"", false}}) {
        auto request = unsigned_request();
        sign(request, {"ASIATEMPORARY", "secret", token}, "us-east-1", "imagebuilder",
             clock_.now());
        EXPECT_EQ(std::holds_alternative<Authenticated>(verify(request)), accepted)
            << token.value_or("(none)");
    }
    clock_.advance(minutes(60));
    auto request = unsigned_request();
    sign(request, temporary, "us-east-1", "imagebuilder", clock_.now());
    EXPECT_THAT(refused(request, AuthProblem::expired_token), testing::HasSubstr("is expired"));
}

TEST_F(AuthenticatorTest, RefusesATokenWithLongLivedKeys) {
    auto request = unsigned_request();
    sign(request, {kKey.access_key_id, kKey.secret, "token"}, "us-east-1", "imagebuilder",
         clock_.now());
    EXPECT_THAT(refused(request, AuthProblem::unknown_key), testing::HasSubstr("is invalid"));
}

TEST_F(AuthenticatorTest, RefusesScopesThatDoNotFit) {
    auto request = unsigned_request();
    sign(request, kKey, "mars-north-1", "imagebuilder", clock_.now());
    EXPECT_THAT(refused(request, AuthProblem::wrong_scope),
                testing::HasSubstr("valid region; this endpoint serves us-east-1, us-west-2."));

    request = signed_request();
    spoil_authorization(request, "/20260131/", "/20260130/");
    EXPECT_THAT(refused(request, AuthProblem::wrong_scope),
                testing::HasSubstr("Date in Credential"));

    request = signed_request();
    spoil_authorization(request, "aws4_request", "aws4_reques");
    EXPECT_THAT(refused(request, AuthProblem::wrong_scope), testing::HasSubstr("terminator"));
}

TEST_F(AuthenticatorTest, NamesWhatASignatureLacks) {
    const std::vector<std::pair<std::string, const char*>> cases{
        {"", "algorithm"},
        {"Bearer abc", "algorithm"},
        {"AWS4-HMAC-SHA256", "'Credential'"},
        {"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request", "'SignedHeaders'"},
        {"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=x", "5 slash-delimited"},
        {"AWS4-HMAC-SHA256 Credential=a/b//d/aws4_request, SignedHeaders=host, Signature=x",
         "5 slash-delimited"},
        {"AWS4-HMAC-SHA256 Credential=a/20260131/c/d/aws4_request, SignedHeaders=x-amz-date, "
         "Signature=x",
         "'Host'"},
    };
    for (const auto& [value, expected] : cases) {
        auto request = signed_request();
        request.headers.set("Authorization", value);
        EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr(expected))
            << value;
    }
}

TEST_F(AuthenticatorTest, RefusesMissingAndBrokenDates) {
    auto request = signed_request();
    request.headers.remove("X-Amz-Date");
    EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr("'X-Amz-Date'"));
    for (const auto* date : {"", "yesterday", "2026-01-31T12:00:00Z", "20261331T120000Z"}) {
        request = signed_request();
        request.headers.set("X-Amz-Date", date);
        EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr("ISO-8601"))
            << date;
    }
}

TEST_F(AuthenticatorTest, RefusesTwoSignatures) {
    auto request = signed_request();
    request.headers.add("Authorization", std::string(request.headers.get("Authorization")));
    EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr("Only one auth"));

    request = presigned_request(seconds(60));
    request.headers.add("Authorization", "AWS4-HMAC-SHA256 x");
    EXPECT_THAT(refused(request, AuthProblem::incomplete), testing::HasSubstr("Only one auth"));
}

TEST_F(AuthenticatorTest, SaysWhenThereIsNoSignature) {
    EXPECT_EQ(refused(unsigned_request(), AuthProblem::missing), "Missing Authentication Token");
    EXPECT_FALSE(looks_signed(unsigned_request()));
    EXPECT_TRUE(looks_signed(signed_request()));
    EXPECT_TRUE(looks_signed(presigned_request(seconds(60))));
}

// The code path is compared, not the clock: whatever is wrong, the same steps are taken.
TEST_F(AuthenticatorTest, DoesTheSameWorkWhateverIsWrong) {
    source_.add("AKIATEMPORARY", {kKey.secret, kTestPrincipal, "token", {}});
    const std::vector<std::pair<const char*, std::function<void(Request&)>>> wrongs{
        {"nothing", [](Request&) {}},
        {"signature",
         [](Request& r) {
             std::string value(r.headers.get("Authorization"));
             value.back() = value.back() == '0' ? '1' : '0';
             r.headers.set("Authorization", value);
         }},
        {"key", [](Request& r) { spoil_authorization(r, "AKIAIOSFODNN7EXAMPLE", "AKIAUNKNOWN"); }},
        {"token",
         [](Request& r) { spoil_authorization(r, "AKIAIOSFODNN7EXAMPLE", "AKIATEMPORARY"); }},
        {"region", [](Request& r) { spoil_authorization(r, "us-east-1", "eu-north-1"); }},
        {"service", [](Request& r) { spoil_authorization(r, "imagebuilder", "ec2"); }},
        {"body", [](Request& r) { r.body += " "; }},
        {"path", [](Request& r) { set_target(r, "/DeleteImage"); }},
    };
    const Authenticator authenticator(source_, clock_, {"us-east-1"});
    for (const auto& [name, spoil] : wrongs) {
        for (const auto late : {minutes(0), minutes(20)}) {
            auto request = unsigned_request();
            sign(request, kKey, "us-east-1", "imagebuilder", clock_.now() - late);
            spoil(request);
            AuthWork work;
            authenticator.verify(request, &work);
            EXPECT_EQ(work, (AuthWork{1, 1, 1, 1})) << name;
        }
    }
}

// A key that does not exist must not be let in by guessing what stands for its secret.
TEST_F(AuthenticatorTest, AnUnknownKeyIsNeverLetIn) {
    for (const std::string& secret : {std::string(40, 'x'), std::string(), kKey.secret}) {
        auto request = unsigned_request();
        sign(request, {"AKIAUNKNOWN", secret, {}}, "us-east-1", "imagebuilder", clock_.now());
        EXPECT_EQ(refused(request, AuthProblem::unknown_key),
                  "The security token included in the request is invalid.");
    }
}

TEST_F(AuthenticatorTest, AReplayIsGoodForFifteenMinutesOnly) {
    const auto request = signed_request();
    const Authenticator authenticator(source_, clock_);
    clock_.advance(minutes(15));
    EXPECT_TRUE(std::holds_alternative<Authenticated>(authenticator.verify(request)));
    clock_.advance(seconds(1));
    EXPECT_THAT(refused(request, AuthProblem::expired), testing::StartsWith("Signature expired"));
}

TEST_F(AuthenticatorTest, ARotatedSecretIsNotServedFromMemory) {
    const Authenticator authenticator(source_, clock_);
    const auto request = signed_request();
    EXPECT_TRUE(std::holds_alternative<Authenticated>(authenticator.verify(request)));
    source_.add(kKey.access_key_id, {"another secret", kTestPrincipal, {}, {}});
    EXPECT_TRUE(std::holds_alternative<AuthFailure>(authenticator.verify(request)));
}

}  // namespace
}  // namespace goldsmith::http
