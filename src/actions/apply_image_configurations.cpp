// ApplyImageConfigurations: licences, launch templates, SSM parameters, fast launch and exports of
// the distributed images. None of them is offered yet: with nothing to apply the step completes,
// with something it fails and names it, so that nobody believes it was done.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;

constexpr const char* not_offered[] = {"licenseConfigurationArns", "launchTemplateConfigurations",
                                       "s3ExportConfiguration", "fastLaunchConfigurations",
                                       "ssmParameterConfigurations"};

json::array configurations(const workflow::StepContext& step) {
    if (const json::value* input = step.inputs.if_contains("configurations")) {
        return input->as_array();
    }
    const json::value* distribution = step.plan.settings.if_contains("distribution");
    if (distribution == nullptr || !distribution->is_object()) {
        return {};
    }
    const json::value* list = distribution->as_object().if_contains("distributions");
    return list != nullptr ? list->as_array() : json::array{};
}

class ApplyImageConfigurations final : public workflow::Action {
public:
    workflow::Advance advance(const workflow::StepContext& step) override {
        for (const json::value& value : configurations(step)) {
            const json::object& entry = value.as_object();
            for (const char* name : not_offered) {
                if (entry.contains(name)) {
                    return workflow::Failed{
                        std::string("'") + name + "' of region " +
                            std::string(entry.at("region").as_string()) +
                            " cannot be applied: this server does not offer it yet; the images "
                            "themselves are distributed",
                        {}};
                }
            }
        }
        return workflow::Completed{{{"configuredImages", json::array{}}}};
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_apply_image_configurations(World&) {
    return std::make_shared<ApplyImageConfigurations>();
}

}  // namespace goldsmith::actions
