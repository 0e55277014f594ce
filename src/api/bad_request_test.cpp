// Every constraint of every member of every request, broken alone, is refused with the right error
// that names the member; and the request that breaks none is let through. Made from the model
// itself.
#include <gtest/gtest.h>

#include "api/bad_requests.h"
#include "api/error.h"
#include "api/generated/ec2/dispatch.h"
#include "api/generated/ec2/image_tasks.h"
#include "api/generated/ec2/instance_types.h"
#include "api/generated/ec2/instances.h"
#include "api/generated/ec2/launch_templates.h"
#include "api/generated/ec2/machine_images.h"
#include "api/generated/ec2/networks.h"
#include "api/generated/ec2/regions.h"
#include "api/generated/ec2/snapshots.h"
#include "api/generated/ec2/tags.h"
#include "api/generated/iam/access_keys.h"
#include "api/generated/iam/account.h"
#include "api/generated/iam/attached_policies.h"
#include "api/generated/iam/dispatch.h"
#include "api/generated/iam/groups.h"
#include "api/generated/iam/inline_policies.h"
#include "api/generated/iam/instance_profiles.h"
#include "api/generated/iam/managed_policies.h"
#include "api/generated/iam/roles.h"
#include "api/generated/iam/simulation.h"
#include "api/generated/iam/users.h"
#include "api/generated/imagebuilder/components.h"
#include "api/generated/imagebuilder/dispatch.h"
#include "api/generated/imagebuilder/distributions.h"
#include "api/generated/imagebuilder/findings.h"
#include "api/generated/imagebuilder/images.h"
#include "api/generated/imagebuilder/infrastructure.h"
#include "api/generated/imagebuilder/lifecycle.h"
#include "api/generated/imagebuilder/pipelines.h"
#include "api/generated/imagebuilder/policies.h"
#include "api/generated/imagebuilder/recipes.h"
#include "api/generated/imagebuilder/tags.h"
#include "api/generated/imagebuilder/workflows.h"
#include "api/generated/logs/dispatch.h"
#include "api/generated/logs/events.h"
#include "api/generated/logs/groups.h"
#include "api/generated/logs/streams.h"
#include "api/generated/sns/dispatch.h"
#include "api/generated/sns/subscriptions.h"
#include "api/generated/sns/topic_tags.h"
#include "api/generated/sns/topics.h"
#include "api/generated/ssm/commands.h"
#include "api/generated/ssm/dispatch.h"
#include "api/generated/ssm/managed_instances.h"
#include "api/generated/ssm/parameter_tags.h"
#include "api/generated/ssm/parameters.h"
#include "api/generated/sts/dispatch.h"
#include "api/generated/sts/identity.h"
#include "api/generated/sts/sessions.h"
#include "api/model_sample.h"

namespace goldsmith::api {
namespace {

/// Endpoints whose families are all the generated ones: a request that is let through is answered
/// as not implemented, after it was decoded into its struct.
struct ImageBuilder {
    imagebuilder::Components components;
    imagebuilder::Workflows workflows;
    imagebuilder::Recipes recipes;
    imagebuilder::Infrastructure infrastructure;
    imagebuilder::Distributions distributions;
    imagebuilder::Images images;
    imagebuilder::Pipelines pipelines;
    imagebuilder::Lifecycle lifecycle;
    imagebuilder::Findings findings;
    imagebuilder::Policies policies;
    imagebuilder::Tags tags;
    std::unique_ptr<Endpoint> endpoint = imagebuilder::make_endpoint(
        {&components, &workflows, &recipes, &infrastructure, &distributions, &images, &pipelines,
         &lifecycle, &findings, &policies, &tags});
};

struct Ec2 {
    ec2::Tags tags;
    ec2::Snapshots snapshots;
    ec2::MachineImages images;
    ec2::ImageTasks image_tasks;
    ec2::LaunchTemplates launch_templates;
    ec2::Instances instances;
    ec2::Networks networks;
    ec2::InstanceTypes instance_types;
    ec2::Regions regions;
    std::unique_ptr<Endpoint> endpoint =
        ec2::make_endpoint({&tags, &snapshots, &images, &image_tasks, &launch_templates, &instances,
                            &networks, &instance_types, &regions});
};

struct Logs {
    logs::Groups groups;
    logs::Streams streams;
    logs::Events events;
    std::unique_ptr<Endpoint> endpoint = logs::make_endpoint({&groups, &streams, &events});
};

struct Iam {
    iam::Users users;
    iam::AccessKeys access_keys;
    iam::Groups groups;
    iam::Roles roles;
    iam::InlinePolicies inline_policies;
    iam::AttachedPolicies attached_policies;
    iam::ManagedPolicies managed_policies;
    iam::InstanceProfiles instance_profiles;
    iam::Account account;
    iam::Simulation simulation;
    std::unique_ptr<Endpoint> endpoint = iam::make_endpoint(
        {&users, &access_keys, &groups, &roles, &inline_policies, &attached_policies,
         &managed_policies, &instance_profiles, &account, &simulation});
};

struct Ssm {
    ssm::Commands commands;
    ssm::ManagedInstances managed_instances;
    ssm::Parameters parameters;
    ssm::ParameterTags tags;
    std::unique_ptr<Endpoint> endpoint =
        ssm::make_endpoint({&commands, &managed_instances, &parameters, &tags});
};

struct Sts {
    sts::Identity identity;
    sts::Sessions sessions;
    std::unique_ptr<Endpoint> endpoint = sts::make_endpoint({&identity, &sessions});
};

struct Sns {
    sns::Topics topics;
    sns::Subscriptions subscriptions;
    sns::TopicTags tags;
    std::unique_ptr<Endpoint> endpoint = sns::make_endpoint({&topics, &subscriptions, &tags});
};

struct Answer {
    std::string code;
    int status = 0;
    std::string message;
};

Answer answer(Endpoint& endpoint, const Operation& operation,
              const boost::json::object& canonical) {
    const auto request = sent(endpoint.service(), operation, canonical);
    try {
        endpoint.call(CallContext{}, request.request, request.input);
    } catch (const ApiError& error) {
        return {error.code(), error.http_status(), error.what()};
    }
    return {};
}

std::string expected_code(const Service& service, const Operation& operation, Constraint broken) {
    const std::string_view name = service.name;
    if (name == "ec2") {
        return broken == Constraint::missing ? "MissingParameter" : "InvalidParameterValue";
    }
    if (name == "sns") {
        return "InvalidParameter";
    }
    if (name == "iam" || name == "sts") {
        return "ValidationError";
    }
    if (name == "ssm") {
        return "ValidationException";
    }
    if (name == "imagebuilder" && std::string_view(operation.family) != "tags") {
        return "InvalidParameterValueException";
    }
    return "InvalidParameterException";
}

std::string quoted(const Service& service, const std::string& path) {
    return std::string_view(service.name) == "ec2" ? "parameter " + path : "'" + path + "'";
}

/// The number of requests tried.
std::size_t expect_all_refused(Endpoint& endpoint) {
    std::size_t tried = 0;
    for (const auto* operation : endpoint.service().operations) {
        const auto good = full_sample(*operation->input).as_object();
        EXPECT_EQ(answer(endpoint, *operation, good).message,
                  std::string(operation->name) + " is not implemented yet");
        for (const auto& bad : bad_requests(endpoint.service(), *operation)) {
            const auto given = answer(endpoint, *operation, bad.canonical);
            const auto where = std::string(operation->name) + ' ' + bad.path + " constraint " +
                               std::to_string(static_cast<int>(bad.broken));
            EXPECT_EQ(given.code, expected_code(endpoint.service(), *operation, bad.broken))
                << where << ": " << given.message;
            EXPECT_EQ(given.status, 400) << where;
            EXPECT_NE(given.message.find(quoted(endpoint.service(), bad.path)), std::string::npos)
                << where << ": " << given.message;
            ++tried;
        }
    }
    return tried;
}

TEST(BadRequests, ImageBuilderRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*ImageBuilder().endpoint), 4800U);
}

TEST(BadRequests, Ec2RefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Ec2().endpoint), 100U);
}

TEST(BadRequests, LogsRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Logs().endpoint), 80U);
}

TEST(BadRequests, IamRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Iam().endpoint), 500U);
}

TEST(BadRequests, StsRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Sts().endpoint), 20U);
}

TEST(BadRequests, SsmRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Ssm().endpoint), 200U);
}

TEST(BadRequests, SnsRefusesEveryOne) {
    EXPECT_GT(expect_all_refused(*Sns().endpoint), 40U);
}

}  // namespace
}  // namespace goldsmith::api
