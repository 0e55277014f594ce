// A constraint of the model that a request breaks, and how each service words it. Values;
// thread-safe.
#pragma once

#include <string>

#include "api/error.h"
#include "api/shape.h"

namespace goldsmith::api {

enum class Constraint {
    missing,   // required and absent
    kind,      // of another type; `limit` names the wanted one
    shortest,  // fewer characters than `limit`
    longest,   // more characters than `limit`
    smallest,  // number below `limit`
    largest,   // number above `limit`
    fewest,    // fewer items than `limit`
    most,      // more items than `limit`
    pattern,   // does not match `limit`
    one_of,    // is none of the values in `limit`
};

struct Violation {
    Constraint constraint{};
    std::string path;   // "components[0].componentArn"
    std::string limit;  // the bound, pattern, list of values or wanted type
    std::string value;  // what was given, shortened; empty when it is no scalar
};

/// Thrown by decode and validate; turned into the service's own error at the endpoint.
class ViolationError : public base::Error {
public:
    explicit ViolationError(Violation violation);
    const Violation& violation() const { return violation_; }

private:
    Violation violation_;
};

/// "'name' must match pattern ^[a-z]+$"
std::string describe(const Violation& violation);

/// The answer that the service gives to a request of this operation.
ApiError violation_answer(const Service& service, const Operation& operation,
                          const Violation& violation);

}  // namespace goldsmith::api
