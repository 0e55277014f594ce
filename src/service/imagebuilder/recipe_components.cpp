#include "service/imagebuilder/recipe_components.h"

#include <algorithm>
#include <set>

#include "api/generated/imagebuilder/components_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

bool is_active(const state::VersionedRow& row) {
    const auto component = from_body<ib::Component>(row.body);
    return !component.state || component.state->status == ib::ComponentStatus::active;
}

ib::Component resolve_one(db::Connection& connection, const api::CallContext& context,
                          const api::Arn& arn) {
    const auto row = resolve(connection, state::components(), context, arn, is_active);
    if (row) {
        return from_body<ib::Component>(row->body);
    }
    if (resolve(connection, state::components(), context, arn)) {
        throw ib::InvalidRequestException("The component '" + arn.text() +
                                          "' is deprecated or disabled.");
    }
    throw_not_found(arn.text());
}

void check_platform(const ib::Component& component, const ParentImage& parent,
                    const std::string& place) {
    if (component.platform != parent.platform) {
        throw ib::InvalidParameterCombinationException(
            "The component '" + component.arn.value() + "' in '" + place + "' is for " +
            std::string(to_string(component.platform.value())) + ", the parent image is " +
            std::string(to_string(parent.platform)) + ".");
    }
    const auto& supported = component.supported_os_versions;
    const auto fits = [&](const std::string& prefix) {
        return parent.os_version.starts_with(prefix);
    };
    if (supported && !supported->empty() && !parent.os_version.empty() &&
        std::none_of(supported->begin(), supported->end(), fits)) {
        throw ib::InvalidParameterCombinationException(
            "The component '" + component.arn.value() + "' in '" + place +
            "' does not support the operating system '" + parent.os_version +
            "' of the parent image.");
    }
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

void check_parameters(const ib::Component& component,
                      const std::vector<ib::ComponentParameter>& given, const std::string& place) {
    const auto defined = component.parameters.value_or(std::vector<ib::ComponentParameterDetail>{});
    const auto named = [](const std::string& name) {
        return [name](const auto& parameter) { return parameter.name == name; };
    };
    std::vector<std::string> unknown;
    for (const ib::ComponentParameter& parameter : given) {
        if (std::none_of(defined.begin(), defined.end(), named(parameter.name))) {
            unknown.push_back(parameter.name);
        }
    }
    if (!unknown.empty()) {
        throw ib::InvalidParameterCombinationException(
            "The value supplied for parameter '" + place +
            ".parameters' is not valid. The following parameters are not defined in the provided "
            "component: " +
            joined(unknown));
    }
    std::vector<std::string> missing;
    for (const ib::ComponentParameterDetail& parameter : defined) {
        if (!parameter.default_value &&
            std::none_of(given.begin(), given.end(), named(parameter.name))) {
            missing.push_back(parameter.name);
        }
    }
    if (!missing.empty()) {
        throw ib::InvalidParameterCombinationException(
            "The value supplied for parameter '" + place +
            ".parameters' is not valid. The following parameters have no default value and must "
            "be given: " +
            joined(missing));
    }
}

}  // namespace

std::vector<RecipeComponent> resolve_components(
    db::Connection& connection, const api::CallContext& context,
    const std::vector<ib::ComponentConfiguration>& components, const ParentImage& parent) {
    std::vector<RecipeComponent> resolved;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < components.size(); ++i) {
        const std::string place = "components[" + std::to_string(i) + "]";
        const api::Arn arn = parse_arn(place + ".componentArn", components[i].component_arn,
                                       api::ResourceType::component);
        if (!seen.insert(arn.without_version().text()).second) {
            throw ib::InvalidParameterCombinationException("The component '" + arn.text() +
                                                           "' appears more than once.");
        }
        RecipeComponent one{
            .component = resolve_one(connection, context, arn),
            .parameters = components[i].parameters.value_or(std::vector<ib::ComponentParameter>{})};
        check_platform(one.component, parent, place);
        check_parameters(one.component, one.parameters, place);
        resolved.push_back(std::move(one));
    }
    return resolved;
}

void require_component_quota(const Dependencies& dependencies, std::size_t count) {
    const std::int64_t quota = dependencies.quotas.components_per_recipe;
    if (static_cast<std::int64_t>(count) > quota) {
        throw ib::ServiceQuotaExceededException("A recipe can have at most " +
                                                std::to_string(quota) +
                                                " components (quota of components per recipe).");
    }
}

}  // namespace goldsmith::service::imagebuilder
