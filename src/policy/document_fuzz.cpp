// libFuzzer entry over policies: reading them as every kind, and deciding with what was read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/evaluate.h"

namespace {

using namespace goldsmith::policy;

void decide(const NamedPolicy& policy) {
    Context context;
    context.set("aws:username", "alice");
    context.set("aws:SourceIp", "10.0.0.1");
    context.set("aws:TagKeys", Context::Values{"team", "cost"});
    const Caller caller{
        CallerKind::user, "111122223333", "arn:aws:iam::111122223333:user/alice", {}, {}};
    const Request request{caller, "imagebuilder:GetComponent",
                          "arn:aws:imagebuilder:us-east-1:111122223333:component/a/1.0.0/1",
                          "111122223333", context};
    const bool identity = policy.document->kind() == Kind::identity;
    const CallerPolicies policies{.identity =
                                      identity ? std::vector{policy} : std::vector<NamedPolicy>{}};
    const Decision decision = evaluate(request, policies, identity ? nullptr : &policy);
    if (decision.explain(request.action).empty() ||
        (decision.allowed() && decision.matched.empty())) {
        std::abort();  // a decision that does not say why
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const Kind kind : {Kind::identity, Kind::resource, Kind::trust}) {
        try {
            decide({"fuzz", Document::parse(text, kind)});
        } catch (const PolicyError& error) {
            if (std::string_view(error.what()).empty()) {
                std::abort();  // an error that says nothing
            }
        }
    }
    return 0;
}
