// ApplyImageConfigurations: SSM parameters of the distributed images. Licences, launch templates,
// fast launch and exports are not offered yet: with one of them the step fails and names it, so
// that nobody believes it was done.
#include <boost/json.hpp>

#include <map>
#include <string>

#include "actions/actions.h"
#include "actions/build_settings.h"
#include "actions/image_parameters.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;

constexpr const char* not_offered[] = {"licenseConfigurationArns", "launchTemplateConfigurations",
                                       "s3ExportConfiguration", "fastLaunchConfigurations"};

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

/// Region -> AMI, as the step was told (DistributeImage's output).
std::map<std::string, std::string> distributed_amis(const workflow::StepContext& step) {
    std::map<std::string, std::string> amis;
    const json::value* list = step.inputs.if_contains("distributedImages");
    if (list == nullptr || !list->is_array()) {
        return amis;
    }
    for (const json::value& value : list->as_array()) {
        const json::object& image = value.as_object();
        const json::value* status = image.if_contains("status");
        if (status == nullptr || status->as_string() == "Completed") {
            amis[std::string(image.at("region").as_string())] = image.at("amiId").as_string();
        }
    }
    return amis;
}

class ApplyImageConfigurations final : public workflow::Action {
public:
    explicit ApplyImageConfigurations(World& world) : world_(world) {}

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
        return put_parameters(step);
    }

private:
    workflow::Advance put_parameters(const workflow::StepContext& step) {
        const BuildSettings settings = build_settings(step.plan);
        const DistributedImages images{settings.account, settings.image_arn,
                                       distributed_amis(step)};
        json::array configured;
        std::string errors;
        for (const json::value& value : configurations(step)) {
            const json::object& entry = value.as_object();
            if (!entry.contains("ssmParameterConfigurations")) {
                continue;
            }
            const std::string region(entry.at("region").as_string());
            const std::string error = put_image_parameters(world_, images, entry);
            const auto ami = images.amis.find(region);
            json::object result{{"accountId", settings.account},
                                {"name", settings.image_name},
                                {"amiId", ami == images.amis.end() ? "" : ami->second},
                                {"region", region},
                                {"step", error.empty() ? "Completed" : "PutSsmParametersRunning"},
                                {"status", error.empty() ? "Completed" : "Failed"}};
            if (!error.empty()) {
                result["errorMessage"] = error;
                errors += (errors.empty() ? "" : "; ") + region + ": " + error;
            }
            configured.push_back(std::move(result));
        }
        json::object outputs{{"configuredImages", std::move(configured)}};
        if (!errors.empty()) {
            return workflow::Failed{"SSM parameters could not be written in " + errors,
                                    std::move(outputs)};
        }
        return workflow::Completed{std::move(outputs)};
    }

    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_apply_image_configurations(World& world) {
    return std::make_shared<ApplyImageConfigurations>(world);
}

}  // namespace goldsmith::actions
