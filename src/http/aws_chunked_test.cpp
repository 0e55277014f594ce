#include "http/aws_chunked.h"

#include "base/hash.h"
#include "http/authenticator.h"
#include "http/signer.h"
#include "http/sigv4.h"
#include "http/test_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::http {
namespace {

using testing::HasSubstr;

// The worked example of the AWS documentation, "Signature calculations for the Authorization
// header: Transferring payload in multiple chunks": 66560 times 'a' in chunks of 64 KiB.
class DocumentedExample : public testing::Test {
protected:
    DocumentedExample() {
        source_.add("AKIAIOSFODNN7EXAMPLE",
                    {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", kTestPrincipal, {}, {}});
        request_.method = "PUT";
        set_target(request_, "/examplebucket/chunkObject.txt");
        request_.headers = {
            {"Host", "s3.amazonaws.com"},
            {"x-amz-date", "20130524T000000Z"},
            {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
            {"Authorization",
             "AWS4-HMAC-SHA256 "
             "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
             "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
             "x-amz-decoded-content-length;x-amz-storage-class,"
             "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"},
            {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
            {"Content-Encoding", "aws-chunked"},
            {"x-amz-decoded-content-length", "66560"},
            {"Content-Length", "66824"}};
        request_.body =
            "10000;chunk-signature="
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
            std::string(65536, 'a') +
            "\r\n400;chunk-signature="
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
            std::string(1024, 'a') +
            "\r\n0;chunk-signature="
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
    }

    std::variant<Authenticated, AuthFailure> verify() const {
        return Authenticator(source_, clock_).verify(request_);
    }
    void replace(const std::string& from, const std::string& to) {
        const auto at = request_.body.find(from);
        ASSERT_NE(at, std::string::npos);
        request_.body.replace(at, from.size(), to);
    }

    base::FakeClock clock_{*base::parse_iso8601("2013-05-24T00:00:00Z")};
    FixedCredentials source_;
    Request request_;
};

TEST_F(DocumentedExample, IsAcceptedAndUnframed) {
    const auto verified = verify();
    ASSERT_TRUE(std::holds_alternative<Authenticated>(verified))
        << std::get<AuthFailure>(verified).message;
    EXPECT_EQ(std::get<Authenticated>(verified).body, std::string(66560, 'a'));
}

TEST_F(DocumentedExample, IsRefusedWhenAChunkIsAltered) {
    replace("aaaa\r\n400", "aaab\r\n400");
    const auto verified = verify();
    ASSERT_TRUE(std::holds_alternative<AuthFailure>(verified));
    EXPECT_EQ(std::get<AuthFailure>(verified).problem, AuthProblem::mismatch);
}

TEST_F(DocumentedExample, IsRefusedWhenAChunkIsMissing) {
    const auto second = request_.body.find("400;");
    request_.body.erase(second, request_.body.find("0;chunk", second + 4) - second);
    const auto verified = verify();
    ASSERT_TRUE(std::holds_alternative<AuthFailure>(verified));
    EXPECT_EQ(std::get<AuthFailure>(verified).problem, AuthProblem::mismatch);
}

TEST_F(DocumentedExample, IsRefusedWhenItIsCutOff) {
    for (const std::size_t size : {0UL, 1UL, 50UL, 100UL, 65630UL, request_.body.size() - 20}) {
        auto copy = request_;
        copy.body.resize(size);
        const auto verified = Authenticator(source_, clock_).verify(copy);
        ASSERT_TRUE(std::holds_alternative<AuthFailure>(verified)) << size;
    }
}

// ---- forms made here
// -------------------------------------------------------------------------------------------

ChunkSigning signing() {
    const sigv4::Scope scope{"20260131", "us-east-1", "s3"};
    return {sigv4::derived_key("secret", scope), "20260131T120000Z", scope.text(), "seed"};
}

std::string chunk_signature(const std::string& previous, const std::string& kind,
                            const std::string& hashes) {
    const auto with = signing();
    return sigv4::signature(with.derived_key, kind + "\n" + with.timestamp + "\n" + with.scope +
                                                  "\n" + previous + "\n" + hashes);
}

std::string data_signature(const std::string& previous, const std::string& data) {
    return chunk_signature(previous, "AWS4-HMAC-SHA256-PAYLOAD",
                           std::string(sigv4::kEmptyHash) + "\n" + base::sha256_hex(data));
}

TEST(AwsChunked, VerifiesASignedTrailer) {
    const auto first = data_signature("seed", "hello");
    const auto last = data_signature(first, "");
    const auto trailer = chunk_signature(last, "AWS4-HMAC-SHA256-TRAILER",
                                         base::sha256_hex("x-amz-checksum-crc32c:sOO8/Q==\n"));
    const auto body = [&](const std::string& value) {
        return "5;chunk-signature=" + first + "\r\nhello\r\n0;chunk-signature=" + last +
               "\r\nx-amz-checksum-crc32c:" + value + "\r\nx-amz-trailer-signature:" + trailer +
               "\r\n\r\n";
    };
    const auto good = decode_aws_chunked(body("sOO8/Q=="), signing(), true);
    ASSERT_TRUE(std::holds_alternative<ChunkedBody>(good))
        << std::get<ChunkedProblem>(good).message;
    EXPECT_EQ(std::get<ChunkedBody>(good).content, "hello");
    EXPECT_EQ(std::get<ChunkedBody>(good).trailers.get("x-amz-checksum-crc32c"), "sOO8/Q==");

    const auto bad = decode_aws_chunked(body("AAAA/Q=="), signing(), true);
    ASSERT_TRUE(std::holds_alternative<ChunkedProblem>(bad));
    EXPECT_TRUE(std::get<ChunkedProblem>(bad).wrong_signature);
}

TEST(AwsChunked, TakesUnsignedChunksWithATrailer) {
    const auto decoded = decode_aws_chunked(
        "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", {}, true);
    ASSERT_TRUE(std::holds_alternative<ChunkedBody>(decoded));
    EXPECT_EQ(std::get<ChunkedBody>(decoded).content, "hello world");
}

TEST(AwsChunked, SaysWhatIsMalformed) {
    const std::vector<std::pair<std::string, const char*>> cases{
        {"", "cut off"},
        {"5", "cut off"},
        {"\r\n", "hexadecimal"},
        {"xyz\r\n", "hexadecimal"},
        {"-1\r\n", "hexadecimal"},
        {"ffffffffffffffffffff\r\n", "hexadecimal"},
        {"ffffffffffffffff\r\nab", "shorter"},
        {"5\r\nhello", "CR LF"},
        {"5\r\nhelloX\r\n0\r\n\r\n", "CR LF"},
        {"0\r\n\r\nmore", "follow"},
    };
    for (const auto& [body, expected] : cases) {
        const auto decoded = decode_aws_chunked(body, {}, false);
        ASSERT_TRUE(std::holds_alternative<ChunkedProblem>(decoded)) << body;
        EXPECT_THAT(std::get<ChunkedProblem>(decoded).message, HasSubstr(expected)) << body;
        EXPECT_FALSE(std::get<ChunkedProblem>(decoded).wrong_signature);
    }
}

TEST(AwsChunked, SaysWhatIsMalformedInTrailers) {
    for (const auto& [body, expected] : std::vector<std::pair<std::string, const char*>>{
             {"0\r\nname", "cut off"}, {"0\r\nname\r\n\r\n", "colon"}, {"0\r\n\r\nx", "follow"}}) {
        const auto decoded = decode_aws_chunked(body, {}, true);
        ASSERT_TRUE(std::holds_alternative<ChunkedProblem>(decoded)) << body;
        EXPECT_THAT(std::get<ChunkedProblem>(decoded).message, HasSubstr(expected)) << body;
    }
}

TEST(AwsChunked, RequiresAChunkSignatureWhereItIsSigned) {
    const auto decoded = decode_aws_chunked("0\r\n\r\n", signing(), false);
    ASSERT_TRUE(std::holds_alternative<ChunkedProblem>(decoded));
    EXPECT_THAT(std::get<ChunkedProblem>(decoded).message, HasSubstr("no chunk-signature"));
}

}  // namespace
}  // namespace goldsmith::http
