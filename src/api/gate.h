// Gate: what a decoded and validated request passes before its handler runs. The daemon puts
// authorization there (service/authorization/); tests of handlers leave it open. One place for
// every operation of every service, so that no handler can forget it. Thread-safe.
#pragma once

#include <boost/json/fwd.hpp>

#include "api/context.h"
#include "api/shape.h"

namespace goldsmith::api {

class Gate {
public:
    virtual ~Gate() = default;

    /// Throws ApiError to refuse the request. `input` is the canonical tree.
    virtual void pass(const Service& service, const Operation& operation,
                      const CallContext& context, const boost::json::object& input) const = 0;
};

}  // namespace goldsmith::api
