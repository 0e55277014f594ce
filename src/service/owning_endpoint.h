// An endpoint together with the family objects that it calls. Used by the make_..._endpoint()
// functions only.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "api/endpoint.h"

namespace goldsmith::service {

/// `Owned` holds the families; `make(owned)` returns the generated endpoint over them.
template <class Owned>
class OwningEndpoint final : public api::Endpoint {
public:
    template <class Make>
    OwningEndpoint(std::unique_ptr<Owned> owned, Make make)
        : owned_(std::move(owned)), endpoint_(make(*owned_)) {}

    const api::Service& service() const override { return endpoint_->service(); }
    using api::Endpoint::call;
    boost::json::value call(const api::CallContext& context, const api::WireRequest& request,
                            const boost::json::value& input, const api::Gate* gate) override {
        return endpoint_->call(context, request, input, gate);
    }
    std::optional<std::string> call_for_text(const api::Operation& operation,
                                             const api::CallContext& context,
                                             const api::WireRequest& request,
                                             const boost::json::value& input,
                                             const api::Gate* gate) override {
        return endpoint_->call_for_text(operation, context, request, input, gate);
    }

private:
    std::unique_ptr<Owned> owned_;
    std::unique_ptr<api::Endpoint> endpoint_;
};

}  // namespace goldsmith::service
