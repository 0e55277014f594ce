// Scan findings: what vulnerability scans found in images, one by one and counted. A server without
// a scanner has none. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/findings.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class FindingFamily final : public api::imagebuilder::Findings {
public:
    explicit FindingFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::ListImageScanFindingsResponse list_image_scan_findings(
        const api::CallContext& context,
        const api::imagebuilder::ListImageScanFindingsRequest& request) override;
    api::imagebuilder::ListImageScanFindingAggregationsResponse
    list_image_scan_finding_aggregations(
        const api::CallContext& context,
        const api::imagebuilder::ListImageScanFindingAggregationsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
