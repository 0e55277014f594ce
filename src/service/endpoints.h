// The endpoints of the services, one function each. The objects behind them are made here and live
// as long as the endpoint. Used by the daemon, which routes requests to them by signing name, and
// by tests, which call them without HTTP.
#pragma once

#include <memory>

#include "api/endpoint.h"
#include "service/dependencies.h"
#include "service/ec2/pass_gate.h"

namespace goldsmith::base {
class Sealer;
}

namespace goldsmith::service {

std::unique_ptr<api::Endpoint> make_imagebuilder_endpoint(const Dependencies& dependencies);
std::unique_ptr<api::Endpoint> make_ec2_endpoint(const Dependencies& dependencies,
                                                 ec2::PassGate pass_gate = {});
std::unique_ptr<api::Endpoint> make_logs_endpoint(const Dependencies& dependencies);
std::unique_ptr<api::Endpoint> make_ssm_endpoint(const Dependencies& dependencies,
                                                 const base::Sealer& sealer);
std::unique_ptr<api::Endpoint> make_sns_endpoint(const Dependencies& dependencies);
std::unique_ptr<api::Endpoint> make_iam_endpoint(const Dependencies& dependencies);
std::unique_ptr<api::Endpoint> make_sts_endpoint(const Dependencies& dependencies);
std::unique_ptr<api::Endpoint> make_cloudtrail_endpoint(const Dependencies& dependencies);

}  // namespace goldsmith::service
