#include "cli/image_build.h"

#include <boost/json.hpp>

#include "base/clock.h"
#include "cli/api_client.h"

namespace goldsmith::cli {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

std::string slug_of(std::string name) {
    for (char& c : name) {
        c = c == ' ' || c == '_' ? '-'
                                 : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

/// "1.2.3" -> "1.2.4".
std::string next_patch(const std::string& version) {
    const std::size_t dot = version.rfind('.');
    return version.substr(0, dot + 1) + std::to_string(std::stoull(version.substr(dot + 1)) + 1);
}

json::object to_json(const std::map<std::string, std::string>& map) {
    json::object object;
    for (const auto& [key, value] : map) {
        object[key] = value;
    }
    return object;
}

json::array parameters_of(const BuildComponent& component) {
    json::array list;
    for (const auto& [name, value] : component.parameters) {
        list.push_back(json::object{{"name", name}, {"value", json::array{value}}});
    }
    return list;
}

}  // namespace

std::string ImageBuild::own_arn(const std::string& kind, const std::string& tail) const {
    return "arn:aws:imagebuilder:" + api_.region() + ":123456789012:" + kind + "/" + tail;
}

json::object ImageBuild::find(const std::string& operation, const std::string& member,
                              const std::string& arn, const std::string& result) {
    try {
        const json::object answer = api_.image_builder(operation, {{member, arn}});
        return answer.at(result).as_object();
    } catch (const ApiFailure& failure) {
        if (failure.code() == "ResourceNotFoundException") {
            return {};
        }
        throw;
    }
}

std::string ImageBuild::ensure_component(const BuildComponent& component) {
    const std::string latest = own_arn("component", slug_of(component.name) + "/x.x.x");
    const json::object found =
        find("GetComponent", "componentBuildVersionArn", latest, "component");
    if (text_at(found, "data") == component.data) {
        return text_at(found, "arn");
    }
    const std::string version = found.empty() ? "1.0.0" : next_patch(text_at(found, "version"));
    const json::object made = api_.image_builder("CreateComponent", {{"name", component.name},
                                                                     {"semanticVersion", version},
                                                                     {"platform", "Linux"},
                                                                     {"data", component.data}});
    return text_at(made, "componentBuildVersionArn");
}

std::string ImageBuild::parent_image() const {
    const std::string& given = file_.parent_image;
    if (given.starts_with("ami-") || given.starts_with("arn:")) {
        return given;
    }
    return "arn:aws:imagebuilder:" + api_.region() + ":aws:image/" + given + "/x.x.x";
}

json::object ImageBuild::recipe_members() {
    json::object members{{"name", file_.name}, {"parentImage", parent_image()}};
    if (!file_.description.empty()) {
        members["description"] = file_.description;
    }
    json::array components;
    for (const BuildComponent& component : file_.components) {
        json::object entry{{"componentArn", ensure_component(component)}};
        if (!component.parameters.empty()) {
            entry["parameters"] = parameters_of(component);
        }
        components.push_back(std::move(entry));
    }
    if (!components.empty()) {
        members["components"] = std::move(components);
    }
    return members;
}

std::string ImageBuild::ensure_recipe() {
    json::object members = recipe_members();
    const std::string prefix = file_.version.substr(0, file_.version.rfind('.'));
    const json::object found =
        find("GetImageRecipe", "imageRecipeArn",
             own_arn("image-recipe", slug_of(file_.name) + "/" + prefix + ".x"), "imageRecipe");
    const auto same = [&](std::string_view name) {
        const json::value* ours = members.if_contains(name);
        const json::value* theirs = found.if_contains(name);
        return (ours != nullptr && theirs != nullptr) ? *ours == *theirs : ours == theirs;
    };
    if (!found.empty() && same("parentImage") && same("components") && same("description")) {
        return text_at(found, "arn");
    }
    members["semanticVersion"] =
        found.empty() ? file_.version : next_patch(text_at(found, "version"));
    return text_at(api_.image_builder("CreateImageRecipe", std::move(members)), "imageRecipeArn");
}

std::string ImageBuild::ensure_infrastructure() {
    const std::string arn = own_arn("infrastructure-configuration", slug_of(file_.name));
    json::object members{{"instanceProfileName", "goldsmith-build"},
                         {"instanceTypes", json::array{file_.instance_type}}};
    const json::object found =
        find("GetInfrastructureConfiguration", "infrastructureConfigurationArn", arn,
             "infrastructureConfiguration");
    if (found.empty()) {
        members["name"] = file_.name;
        api_.image_builder("CreateInfrastructureConfiguration", std::move(members));
    } else {
        members["infrastructureConfigurationArn"] = arn;
        api_.image_builder("UpdateInfrastructureConfiguration", std::move(members));
    }
    return arn;
}

std::string ImageBuild::ensure_distribution() {
    json::array list;
    for (const BuildDistribution& distribution : file_.distributions) {
        json::object ami;
        if (!distribution.name.empty()) {
            ami["name"] = distribution.name;
        }
        if (!distribution.description.empty()) {
            ami["description"] = distribution.description;
        }
        if (!distribution.tags.empty()) {
            ami["amiTags"] = to_json(distribution.tags);
        }
        list.push_back(json::object{{"region", distribution.region},
                                    {"amiDistributionConfiguration", std::move(ami)}});
    }
    const std::string arn = own_arn("distribution-configuration", slug_of(file_.name));
    json::object members{{"distributions", std::move(list)}};
    const json::object found = find("GetDistributionConfiguration", "distributionConfigurationArn",
                                    arn, "distributionConfiguration");
    if (found.empty()) {
        members["name"] = file_.name;
        api_.image_builder("CreateDistributionConfiguration", std::move(members));
    } else {
        members["distributionConfigurationArn"] = arn;
        api_.image_builder("UpdateDistributionConfiguration", std::move(members));
    }
    return arn;
}

std::string ImageBuild::start() {
    json::object members{
        {"imageRecipeArn", ensure_recipe()},
        {"infrastructureConfigurationArn", ensure_infrastructure()},
        {"imageTestsConfiguration", json::object{{"imageTestsEnabled", file_.tests}}}};
    if (!file_.distributions.empty()) {
        members["distributionConfigurationArn"] = ensure_distribution();
    }
    if (!file_.tags.empty()) {
        members["tags"] = to_json(file_.tags);
    }
    image_arn_ =
        text_at(api_.image_builder("CreateImage", std::move(members)), "imageBuildVersionArn");
    return image_arn_;
}

json::object ImageBuild::image() {
    return api_.image_builder("GetImage", {{"imageBuildVersionArn", image_arn_}})
        .at("image")
        .as_object();
}

std::vector<StepView> ImageBuild::steps() {
    std::vector<StepView> views;
    const json::object runs =
        api_.image_builder("ListWorkflowExecutions", {{"imageBuildVersionArn", image_arn_}});
    json::array workflows = runs.at("workflowExecutions").as_array();
    std::sort(workflows.begin(), workflows.end(), [](const json::value& a, const json::value& b) {
        return text_at(a.as_object(), "startTime") < text_at(b.as_object(), "startTime");
    });
    const base::Time now = base::SystemClock().now();
    for (const json::value& workflow : workflows) {
        const json::object& run = workflow.as_object();
        const json::object answer =
            api_.image_builder("ListWorkflowStepExecutions",
                               {{"workflowExecutionId", text_at(run, "workflowExecutionId")}});
        for (const json::value& item : answer.at("steps").as_array()) {
            const json::object& step = item.as_object();
            StepView view;
            view.id = text_at(step, "stepExecutionId");
            view.stage = slug_of(text_at(run, "type"));
            view.name = text_at(step, "name");
            view.status = text_at(step, "status");
            view.message = text_at(step, "message");
            const auto begin = base::parse_iso8601(text_at(step, "startTime"));
            const auto end = base::parse_iso8601(text_at(step, "endTime"));
            if (begin) {
                view.elapsed = end.value_or(now) - *begin;
            }
            views.push_back(std::move(view));
        }
    }
    return views;
}

std::vector<std::string> ImageBuild::new_output() {
    // image/<slug>/<version>/<build>
    const std::size_t slash = image_arn_.find("image/") + 5;
    const std::string tail = image_arn_.substr(slash + 1);
    json::object members{{"logGroupName", "/aws/imagebuilder/" + file_.name},
                         {"logStreamName", tail.substr(tail.find('/') + 1)},
                         {"startFromHead", true}};
    if (!log_token_.empty()) {
        members["nextToken"] = log_token_;
    }
    std::vector<std::string> lines;
    try {
        const json::object page = api_.json_service("logs", "Logs_20140328.GetLogEvents", members);
        for (const json::value& event : page.at("events").as_array()) {
            lines.push_back(text_at(event.as_object(), "message"));
        }
        log_token_ = text_at(page, "nextForwardToken");
    } catch (const ApiFailure& failure) {
        if (failure.code() != "ResourceNotFoundException") {
            throw;
        }
    }
    return lines;
}

void ImageBuild::cancel() {
    api_.image_builder("CancelImageCreation", {{"imageBuildVersionArn", image_arn_}});
}

}  // namespace goldsmith::cli
