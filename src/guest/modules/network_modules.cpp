// S3Download, S3Upload and WebDownload: not built yet. They refuse rather than pretend.
#include "guest/modules/modules.h"

namespace goldsmith::guest {
namespace {

[[noreturn]] void refuse(const ModuleInput& input) {
    throw StepFailure("this toe cannot transfer files yet: " + std::string(input.spec().name) +
                      " is not implemented; use ExecuteBash with curl");
}

}  // namespace

ModuleResult s3_download(const ModuleInput& input, ModuleContext&) {
    refuse(input);
}
ModuleResult s3_upload(const ModuleInput& input, ModuleContext&) {
    refuse(input);
}
ModuleResult web_download(const ModuleInput& input, ModuleContext&) {
    refuse(input);
}

}  // namespace goldsmith::guest
