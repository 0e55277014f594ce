#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw RemoteFailure(what + ": this run has no network access");
}

}  // namespace

SsmValue OfflineAccess::ssm_parameter(const std::string& name, const Patience&) {
    refuse("the SSM parameter '" + name + "' cannot be read");
}

std::string OfflineAccess::metadata(const std::string& path, const Patience&) {
    refuse("the instance metadata '" + path + "' cannot be read");
}

std::string OfflineAccess::region(const Patience&) {
    refuse("the region of this instance is not known");
}

std::string OfflineAccess::account_id(const Patience&) {
    refuse("the account of this instance is not known");
}

RemoteDocument OfflineAccess::document(const std::string& location, const std::string&,
                                       const Patience&) {
    refuse("the document " + location + " cannot be fetched");
}

void OfflineAccess::download(const WebSource&, ByteTarget&, const TransferNote&, const Patience&) {
    refuse("nothing can be downloaded");
}

S3Listing OfflineAccess::list_objects(const S3Location& prefix, const std::string&,
                                      const Patience&) {
    refuse(prefix.text() + " cannot be listed");
}

void OfflineAccess::get_object(const S3Location& object, const std::string&, ByteTarget&,
                               const Patience&) {
    refuse(object.text() + " cannot be downloaded");
}

void OfflineAccess::put_object(const S3Location& object, const std::string&, int, const Patience&) {
    refuse("nothing can be uploaded to " + object.text());
}

std::unique_ptr<LogStream> OfflineAccess::open_log_stream(const LogStreamName& name,
                                                          const Patience&) {
    refuse("the log stream '" + name.stream + "' cannot be written");
}

}  // namespace goldsmith::guest
