// NetworkAccess: RemoteAccess over a real network. Nothing is contacted, read or prepared before it
// is needed. One thread.
#pragma once

#include <memory>

#include "guest/net/aws_client.h"
#include "guest/net/s3_client.h"
#include "guest/net/web_transfer.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

class NetworkAccess final : public RemoteAccess {
public:
    explicit NetworkAccess(const base::Clock& clock,
                           const Environment& environment = process_environment());

    SsmValue ssm_parameter(const std::string& name, const Patience& patience) override;
    std::string metadata(const std::string& path, const Patience& patience) override;
    std::string region(const Patience& patience) override;
    std::string account_id(const Patience& patience) override;
    RemoteDocument document(const std::string& location, const std::string& bucket_owner,
                            const Patience& patience) override;
    void download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                  const Patience& patience) override;
    S3Listing list_objects(const S3Location& prefix, const std::string& bucket_owner,
                           const Patience& patience) override;
    void get_object(const S3Location& object, const std::string& bucket_owner, ByteTarget& target,
                    const Patience& patience) override;
    void put_object(const S3Location& object, const std::string& bucket_owner, int file,
                    const Patience& patience) override;
    std::unique_ptr<LogStream> open_log_stream(const LogStreamName& name,
                                               const Patience& patience) override;

private:
    struct Parts {
        Parts(const base::Clock& clock, const Environment& environment)
            : aws(clock, environment), s3(aws), web(aws.http(), aws.network(), clock) {}
        AwsClient aws;
        S3Client s3;
        WebTransfer web;
    };
    Parts& parts();

    const base::Clock& clock_;
    Environment environment_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace goldsmith::guest
