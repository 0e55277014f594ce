// Requests that break exactly one constraint of the model, made from the model. For tests.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "api/shape.h"
#include "api/violation.h"

namespace goldsmith::api {

struct BadRequest {
    boost::json::object canonical;  // the full sample but for one value
    Constraint broken{};
    std::string path;  // as the answer must name it
};

/// One request for every constraint of every member that the operation's input reaches.
std::vector<BadRequest> bad_requests(const Service& service, const Operation& operation);

}  // namespace goldsmith::api
