#include "guest/net/s3_client.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "guest/net/checksum.h"
#include "guest/net/shown_text.h"
#include "guest/net/xml_text.h"

namespace goldsmith::guest {
namespace {

using namespace std::chrono_literals;

/// A listing of 1000 keys of 1024 bytes, all of them percent-encoded, with what is around them.
constexpr std::uint64_t largest_listing_bytes = 8U << 20;

base::Sha256Digest digest_of(int file, std::uint64_t size, const Patience& patience) {
    base::Sha256 digest;
    std::vector<char> piece(256 * 1024);
    for (std::uint64_t at = 0; at < size;) {
        patience.check();
        const ssize_t got = ::pread(file, piece.data(), piece.size(), static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            throw base::Error("the file became shorter while it was read");
        }
        const auto taken = std::min<std::uint64_t>(static_cast<std::uint64_t>(got), size - at);
        digest.update(piece.data(), taken);
        at += taken;
    }
    return digest.finish();
}

std::string hint(const AwsFailure& failure) {
    if (failure.status() == 403) {
        return "; check the credentials' permissions and the expected bucket owner";
    }
    return "";
}

}  // namespace

HttpAnswer S3Client::call(const S3Location& where, const std::string& query, AwsCall call,
                          const std::string& owner, const Patience& patience) {
    if (!owner.empty()) {
        call.request.headers.emplace_back("x-amz-expected-bucket-owner", owner);
    }
    for (bool moved = false;; moved = true) {
        const auto known = region_of_bucket_.find(where.bucket);
        call.region = known != region_of_bucket_.end() ? known->second
                                                       : aws_.region_for(AwsService::s3, patience);
        call.request.url = s3_url(aws_.endpoint(AwsService::s3, call.region), where.bucket,
                                  where.key, aws_.environment()("TOE_S3_ADDRESSING_STYLE"));
        call.request.url.target += query;
        try {
            return aws_.call(call, patience);
        } catch (const AwsFailure& failure) {
            const std::string& region = failure.bucket_region();
            if (moved || region.empty() || region == call.region || region.size() > 32 ||
                region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
                    std::string::npos) {
                throw RemoteFailure(std::string(failure.what()) + hint(failure));
            }
            region_of_bucket_[where.bucket] = region;
        } catch (const ConnectionFailure& failure) {
            throw RemoteFailure(base::error_chain(failure));
        } catch (const ProtocolFailure& failure) {
            throw RemoteFailure(base::error_chain(failure));
        }
    }
}

S3Listing S3Client::list(const S3Location& prefix, const std::string& owner,
                         const Patience& patience) {
    AwsCall request;
    request.options.answer.kept_body_bytes = largest_listing_bytes;
    request.options.total = 120s;
    const std::string query =
        "?encoding-type=url&list-type=2&max-keys=" + std::to_string(most_keys) +
        "&prefix=" + base::percent_encode(prefix.key);
    const std::string xml =
        call({prefix.bucket, ""}, query, std::move(request), owner, patience).body;
    if (!find_element(xml, "ListBucketResult")) {
        throw RemoteFailure("the listing of " + prefix.text() + " is not in the form of S3");
    }
    const bool encoded = element_text(xml, "EncodingType") == "url";
    S3Listing listing;
    for (const std::string_view entry : find_elements(xml, "Contents")) {
        std::string key = element_text(entry, "Key");
        if (encoded) {
            key = base::percent_decode(key, true).value_or(key);
        }
        if (listing.keys.size() == most_keys) {
            listing.complete = false;
            break;
        }
        listing.keys.push_back(std::move(key));
    }
    listing.complete = listing.complete && element_text(xml, "IsTruncated") != "true";
    return listing;
}

void S3Client::get(const S3Location& object, const std::string& owner, ByteTarget& target,
                   const Patience& patience) {
    AwsCall request;
    request.request.headers = {{"Accept-Encoding", "identity"}, {"x-amz-checksum-mode", "ENABLED"}};
    request.before_attempt = [&target] { target.restart(); };
    ExpectedChecksum expected;
    request.options.choose_sink = [&](const HttpAnswer& head) -> BodySink {
        if (head.status != 200) {
            return {};
        }
        expected = expected_checksum(head);
        return [&](std::string_view piece) {
            if (expected.checksum) {
                expected.checksum->update(piece);
            }
            target.write(piece);
        };
    };
    call(object, "", std::move(request), owner, patience);
    if (expected.checksum && base::base64_encode(expected.checksum->finish()) != expected.base64) {
        throw RemoteFailure("the content of " + shown_text(object.text()) + " does not fit its " +
                            expected.name + " checksum");
    }
}

void S3Client::put(const S3Location& object, const std::string& owner, int file,
                   const Patience& patience) {
    struct stat facts {};
    if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        throw RemoteFailure("only regular files can be uploaded to " + object.text());
    }
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size > largest_upload_bytes) {
        throw RemoteFailure("files of more than 5 GiB cannot be uploaded to " + object.text() +
                            "; use ExecuteBash with the AWS CLI");
    }
    const base::Sha256Digest digest = digest_of(file, size, patience);
    AwsCall request;
    request.request.method = "PUT";
    request.request.file = file;
    request.request.file_bytes = size;
    request.request.headers = {
        {"Content-Type", "application/octet-stream"},
        {"x-amz-sdk-checksum-algorithm", "SHA256"},
        {"x-amz-checksum-sha256", base::base64_encode(base::as_view(digest))}};
    request.payload_hash = base::to_hex(digest);
    call(object, "", std::move(request), owner, patience);
}

}  // namespace goldsmith::guest
