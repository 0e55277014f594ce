#include "daemon/call_class.h"

#include <algorithm>
#include <array>

namespace goldsmith::daemon {

namespace {

constexpr std::array<std::string_view, 8> reading = {"Get",      "List",   "Describe", "Lookup",
                                                     "Simulate", "Filter", "BatchGet", "Test"};

// Operations whose names begin like reading ones and which make something: credentials.
constexpr std::array<std::string_view, 2> writing = {"GetSessionToken", "GetFederationToken"};

constexpr std::array<std::string_view, 9> building = {
    "CreateImage",     "StartImagePipelineExecution",
    "RetryImage",      "DistributeImage",
    "ImportDiskImage", "ImportVmImage",
    "RunInstances",    "StartResourceStateUpdate",
    "CopyImage"};

}  // namespace

CallClass call_class(std::string_view operation) {
    if (std::ranges::find(building, operation) != building.end()) {
        return CallClass::build;
    }
    const bool reads = std::ranges::any_of(
        reading, [&](std::string_view verb) { return operation.starts_with(verb); });
    const bool writes = std::ranges::find(writing, operation) != writing.end();
    return reads && !writes ? CallClass::read : CallClass::write;
}

}  // namespace goldsmith::daemon
