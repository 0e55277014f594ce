// S3Client: the operations of S3 that toe needs, also with other stores that speak S3. Follows a
// bucket to its region, checks the checksums that the store keeps, sends one with each upload. One
// thread.
#pragma once

#include <map>
#include <string>

#include "guest/net/aws_client.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

class S3Client {
public:
    /// What one request may upload; larger files would need another protocol.
    static constexpr std::uint64_t largest_upload_bytes = 5ULL << 30;
    static constexpr int most_keys = 1000;

    explicit S3Client(AwsClient& aws) : aws_(aws) {}

    /// All throw RemoteFailure, and as Patience::check.
    S3Listing list(const S3Location& prefix, const std::string& owner, const Patience& patience);
    void get(const S3Location& object, const std::string& owner, ByteTarget& target,
             const Patience& patience);
    void put(const S3Location& object, const std::string& owner, int file,
             const Patience& patience);

private:
    HttpAnswer call(const S3Location& where, const std::string& query, AwsCall call,
                    const std::string& owner, const Patience& patience);

    AwsClient& aws_;
    std::map<std::string, std::string> region_of_bucket_;
};

}  // namespace goldsmith::guest
