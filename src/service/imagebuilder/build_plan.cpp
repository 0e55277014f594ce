#include "service/imagebuilder/build_plan.h"

#include <boost/json.hpp>

#include "api/generated/imagebuilder/distributions_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/infrastructure_json.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "base/random.h"
#include "documents/diagnostics.h"
#include "documents/workflow_parser.h"
#include "documents/workflow_values.h"
#include "service/imagebuilder/nested_components.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/workflow_references.h"
#include "workflow/managed.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;
namespace json = boost::json;

namespace {

json::object given_values(const documents::WorkflowDocument& document,
                          const ib::WorkflowConfiguration& configuration,
                          const std::string& place) {
    std::map<std::string, std::vector<std::string>> given;
    for (const auto& parameter :
         configuration.parameters.value_or(std::vector<ib::WorkflowParameter>{})) {
        given[parameter.name] = parameter.value;
    }
    try {
        return documents::parameter_values(document, given);
    } catch (const documents::EvaluationError& error) {
        throw ib::InvalidParameterValueException("The value supplied for parameter '" + place +
                                                 ".parameters' is not valid. " + error.what());
    }
}

workflow::PlannedWorkflow planned(db::Connection& connection, const api::CallContext& context,
                                  const ib::WorkflowConfiguration& configuration,
                                  const std::string& place) {
    const api::Arn arn =
        parse_arn(place + ".workflowArn", configuration.workflow_arn, api::ResourceType::workflow);
    const auto found = find_workflow(connection, context, arn);
    if (!found) {
        throw_not_found(configuration.workflow_arn);
    }
    const auto type = documents::workflow_type_of(to_string(found->type.value())).value();
    const auto document = documents::parse_workflow(found->data.value(), found->name.value(), type);
    workflow::PlannedWorkflow result;
    result.arn = found->arn.value();
    result.type = type;
    result.text = found->data.value();
    result.parameters = given_values(document, configuration, place);
    result.parallel_group = configuration.parallel_group.value_or("");
    if (configuration.on_failure == ib::OnWorkflowFailure::continue_) {
        result.on_failure = workflow::TestFailure::carry_on;
    }
    return result;
}

workflow::PlannedWorkflow planned(
    const workflow::ManagedWorkflow& managed, const std::string& region,
    const std::map<std::string, std::vector<std::string>>& given = {}) {
    const auto document = documents::parse_workflow(managed.text, managed.name, managed.type);
    workflow::PlannedWorkflow result;
    result.arn = workflow::managed_workflow_arn(managed, region);
    result.type = managed.type;
    result.text = managed.text;
    result.parameters = documents::parameter_values(document, given);
    return result;
}

/// A list of workflows replaces the defaults, except that an image is distributed all the same.
std::vector<workflow::PlannedWorkflow> planned_workflows(
    db::Connection& connection, const api::CallContext& context,
    const std::optional<std::vector<ib::WorkflowConfiguration>>& configurations) {
    std::vector<workflow::PlannedWorkflow> result;
    const bool given = configurations && !configurations->empty();
    bool distributes = false;
    for (std::size_t i = 0; given && i < configurations->size(); ++i) {
        const std::string place = "workflows[" + std::to_string(i) + "]";
        result.push_back(planned(connection, context, (*configurations)[i], place));
        distributes = distributes || result.back().type == documents::WorkflowType::distribution;
    }
    for (const auto* managed : workflow::default_workflows(workflow::ImageType::ami)) {
        const bool distribution = managed->type == documents::WorkflowType::distribution;
        if (!given || (distribution && !distributes)) {
            result.push_back(planned(*managed, context.region));
        }
    }
    return result;
}

void seal(workflow::Plan& plan) {
    try {
        plan.seal();
    } catch (const documents::DocumentErrors& errors) {
        throw ib::InvalidRequestException(std::string("A workflow document is not valid. ") +
                                          errors.what());
    } catch (const base::Error& error) {
        throw ib::InvalidParameterCombinationException(
            std::string("The value supplied for parameter 'workflows' is not valid. ") +
            error.what());
    }
}

json::array text_list(const std::optional<std::vector<std::string>>& texts) {
    json::array list;
    for (const std::string& text : texts.value_or(std::vector<std::string>{})) {
        list.emplace_back(text);
    }
    return list;
}

/// Only the import of a disk image.
std::vector<workflow::PlannedWorkflow> import_alone(const std::string& region,
                                                    const std::string& location) {
    auto import = planned(*workflow::find_managed_workflow("import-disk-image"), region,
                          {{"imageLocation", {location}}});
    return {std::move(import)};
}

/// Only the distribution, of an AMI that is there already.
std::vector<workflow::PlannedWorkflow> distribution_alone(const std::string& region) {
    std::vector<workflow::PlannedWorkflow> result;
    for (const auto* managed : workflow::default_workflows(workflow::ImageType::ami)) {
        if (managed->type == documents::WorkflowType::distribution) {
            result.push_back(planned(*managed, region));
        }
    }
    return result;
}

json::object s3_logs(const ib::InfrastructureConfiguration& infrastructure) {
    return infrastructure.logging && infrastructure.logging->s3_logs
               ? to_json(*infrastructure.logging->s3_logs)
               : json::object{};
}

json::object system_variables(const FrozenBuild& build) {
    const ib::Image& image = build.image;
    const auto machine =
        image.infrastructure_configuration.value_or(ib::InfrastructureConfiguration{});
    const auto recipe = image.image_recipe.value_or(ib::ImageRecipe{});
    const bool scans = image.image_scanning_configuration &&
                       image.image_scanning_configuration->image_scanning_enabled.value_or(false);
    return {{"cloudWatchLogGroup", build.log_group},
            {"cloudWatchLogStream", build.log_stream},
            {"collectImageMetadata", image.enhanced_image_metadata_enabled.value_or(true)},
            {"collectImageScanFindings", scans},
            {"imageBuildNumber", build.arn.build},
            {"imageId", build.parent.ami_id},
            {"imageName", image.name.value()},
            {"imageType", to_string(image.type.value())},
            {"imageVersionNumber", build.arn.version},
            {"instanceProfileName", machine.instance_profile_name.value_or("")},
            {"platform", to_string(image.platform.value())},
            {"s3Logs", s3_logs(machine)},
            {"securityGroups", text_list(machine.security_group_ids)},
            {"sourceImageARN", build.arn.text()},
            {"subnetId", machine.subnet_id.value_or("")},
            {"terminateInstanceOnFailure", machine.terminate_instance_on_failure.value_or(true)},
            {"workingDirectory", recipe.working_directory.value_or(
                                     image.platform == ib::Platform::windows ? "C:/" : "/tmp")},
            {"dateTime", base::format_iso8601(image.date_created.value())}};
}

json::array component_list(const std::vector<RecipeComponent>& components) {
    json::array list;
    for (const RecipeComponent& one : components) {
        json::object parameters;
        for (const auto& parameter : one.parameters) {
            std::string joined;
            for (const std::string& value : parameter.value) {
                joined += (joined.empty() ? "" : ",") + value;
            }
            parameters[parameter.name] = joined;
        }
        list.push_back(json::object{{"arn", one.component.arn.value()},
                                    {"name", one.component.name.value()},
                                    {"type", to_string(one.component.type.value())},
                                    {"data", one.component.data.value()},
                                    {"parameters", std::move(parameters)}});
    }
    return list;
}

json::array nested_list(const std::vector<NestedComponent>& components) {
    json::array list;
    for (const NestedComponent& one : components) {
        list.push_back(
            json::object{{"arn", one.arn}, {"resolvedArn", one.resolved}, {"data", one.data}});
    }
    return list;
}

json::object parent_settings(const ParentImage& parent) {
    if (parent.kind == ParentImage::Kind::managed) {
        return {{"kind", "managed"},
                {"name", parent.managed_name},
                {"version", parent.managed_version}};
    }
    return {{"kind", "ami"}, {"imageId", parent.ami_id}};
}

json::object settings_of(const api::CallContext& context, const FrozenBuild& build) {
    const ib::Image& image = build.image;
    json::object tags;
    for (const auto& [key, value] : image.tags.value_or(std::map<std::string, std::string>{})) {
        tags[key] = value;
    }
    json::object settings{
        {"account", context.account},
        {"region", context.region},
        {"image", json::object{{"arn", build.arn.text()},
                               {"name", image.name.value()},
                               {"version", build.arn.version},
                               {"build", build.arn.build},
                               {"type", to_string(image.type.value())},
                               {"dateCreated", base::format_iso8601(image.date_created.value())}}},
        {"recipe", to_json(image.image_recipe.value_or(ib::ImageRecipe{}))},
        {"components", component_list(build.components)},
        {"parent", parent_settings(build.parent)},
        {"infrastructure",
         to_json(image.infrastructure_configuration.value_or(ib::InfrastructureConfiguration{}))},
        {"tags", std::move(tags)},
        {"logGroup", build.log_group},
        {"logStream", build.log_stream}};
    if (image.distribution_configuration) {
        settings["distribution"] = to_json(*image.distribution_configuration);
    }
    if (!build.source_image_id.empty()) {
        settings["sourceImageId"] = build.source_image_id;
    }
    return settings;
}

bool integrates(const std::optional<ib::DistributionConfiguration>& configuration) {
    if (!configuration) {
        return false;
    }
    for (const ib::Distribution& one : configuration->distributions.value()) {
        if (one.license_configuration_arns || one.launch_template_configurations ||
            one.s3_export_configuration || one.fast_launch_configurations ||
            one.ssm_parameter_configurations) {
            return true;
        }
    }
    return false;
}

}  // namespace

workflow::Plan make_plan(db::Connection& connection, const api::CallContext& context,
                         base::Random& random, const FrozenBuild& build) {
    workflow::Plan plan;
    plan.execution_id = "build-" + base::make_uuid(random);
    plan.image_arn = build.arn.text();
    plan.system_variables = system_variables(build);
    plan.settings = settings_of(context, build);
    plan.settings["nestedComponents"] =
        nested_list(nested_components(connection, context, build.components));
    if (!build.import_location.empty()) {
        plan.workflows = import_alone(context.region, build.import_location);
    } else if (!build.source_image_id.empty()) {
        plan.workflows = distribution_alone(context.region);
    } else {
        plan.workflows = planned_workflows(connection, context, build.image.workflows);
    }
    const auto& tests = build.image.image_tests_configuration;
    plan.tests_enabled = !tests || tests->image_tests_enabled.value_or(true);
    plan.integrates = integrates(build.image.distribution_configuration);
    seal(plan);
    return plan;
}

void check_workflows(db::Connection& connection, const api::CallContext& context,
                     const std::optional<std::vector<ib::WorkflowConfiguration>>& workflows) {
    if (workflows && !workflows->empty()) {
        workflow::Plan plan;
        plan.workflows = planned_workflows(connection, context, workflows);
        seal(plan);
    }
}

}  // namespace goldsmith::service::imagebuilder
