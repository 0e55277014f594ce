// What requests must be allowed to do, derived from the model.
#include "api/demands.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "api/generated/ec2/tables.h"
#include "api/generated/iam/tables.h"
#include "api/generated/imagebuilder/tables.h"
#include "api/generated/logs/tables.h"
#include "api/generated/sts/tables.h"

namespace goldsmith::api {
namespace {

namespace json = boost::json;

Demands of(const Service& service, std::string_view name, const char* input) {
    CallContext context;
    context.account = "111122223333";
    context.region = "us-east-1";
    context.principal_arn = "arn:aws:iam::111122223333:user/team/alice";
    for (const auto* operation : service.operations) {
        if (operation->name == name) {
            return demands_of(service, *operation, context, json::parse(input).as_object());
        }
    }
    ADD_FAILURE() << "no operation " << name;
    return {};
}

std::string actions(const Demands& demands) {
    std::string text;
    for (const auto& [action, resource] : demands.actions) {
        text += (text.empty() ? "" : "\n") + action + " " + resource;
    }
    return text;
}

std::string keys(const Demands& demands) {
    std::string text;
    for (const auto& [key, values] : demands.keys) {
        text += (text.empty() ? "" : " ") + key + "=";
        for (const auto& value : values) {
            text += (&value == &values.front() ? "" : ",") + value;
        }
    }
    return text;
}

const Service& imagebuilder_service = imagebuilder::tables::service;

TEST(DemandsTest, AnOperationOnNothingAsksForEverything) {
    EXPECT_EQ(actions(of(imagebuilder_service, "ListImages", "{}")), "imagebuilder:ListImages *");
    EXPECT_EQ(actions(of(ec2::tables::service, "DescribeImages", "{}")), "ec2:DescribeImages *");
}

TEST(DemandsTest, AResourceIsTheArnThatTheClientNames) {
    EXPECT_EQ(actions(of(imagebuilder_service, "GetImage",
                         R"({"imageBuildVersionArn":"arn:aws:imagebuilder:r:1:image/a/x.x.x"})")),
              "imagebuilder:GetImage arn:aws:imagebuilder:r:1:image/a/x.x.x");
}

TEST(DemandsTest, AnotherPartitionIsNoOtherResource) {
    EXPECT_EQ(
        actions(of(imagebuilder_service, "GetImage",
                   R"({"imageBuildVersionArn":"arn:aws-cn:imagebuilder:r:1:image/a/1.0.0/1"})")),
        "imagebuilder:GetImage arn:aws:imagebuilder:r:1:image/a/1.0.0/1");
    EXPECT_NE(actions(of(imagebuilder_service, "CreateImageRecipe",
                         R"({"name":"web","semanticVersion":"1.0.0","parentImage":"ami-1",
                             "components":[{"componentArn":
                                 "arn:aws-us-gov:imagebuilder:r:1:component/a/x.x.x"}]})"))
                  .find("imagebuilder:GetComponent arn:aws:imagebuilder:r:1:component/a/x.x.x"),
              std::string::npos);
}

TEST(DemandsTest, ANewResourceIsTheArnThatItWillHave) {
    const auto demands =
        of(imagebuilder_service, "CreateComponent",
           R"({"name":"My Web","semanticVersion":"1.0.0","tags":{"team":"a","cost":"1"}})");
    EXPECT_EQ(actions(demands),
              "imagebuilder:CreateComponent "
              "arn:aws:imagebuilder:us-east-1:111122223333:component/my-web/1.0.0/*\n"
              "imagebuilder:TagResource "
              "arn:aws:imagebuilder:us-east-1:111122223333:component/my-web/1.0.0/*");
    EXPECT_EQ(keys(demands), "aws:RequestTag/cost=1 aws:RequestTag/team=a aws:TagKeys=cost,team");
    EXPECT_EQ(actions(of(imagebuilder_service, "CreateComponent",
                         R"({"name":"a","semanticVersion":"1.0.0","tags":{}})")),
              "imagebuilder:CreateComponent "
              "arn:aws:imagebuilder:us-east-1:111122223333:component/a/1.0.0/*");
}

TEST(DemandsTest, WhatARequestRefersToIsAskedForToo) {
    const auto demands =
        of(imagebuilder_service, "CreateImageRecipe",
           R"({"name":"web","semanticVersion":"1.0.0","parentImage":"ami-1","components":[
            {"componentArn":"arn:aws:imagebuilder:us-east-1:1:component/a/x.x.x"},
            {"componentArn":"arn:aws:imagebuilder:us-east-1:2:component/b/1.0.0/1"}]})");
    EXPECT_EQ(actions(demands),
              "imagebuilder:CreateImageRecipe "
              "arn:aws:imagebuilder:us-east-1:111122223333:image-recipe/web/1.0.0\n"
              "imagebuilder:GetComponent arn:aws:imagebuilder:us-east-1:1:component/a/x.x.x\n"
              "imagebuilder:GetComponent arn:aws:imagebuilder:us-east-1:2:component/b/1.0.0/1");
}

TEST(DemandsTest, AnImageIsNamedByItsRecipe) {
    const auto demands =
        of(imagebuilder_service, "CreateImage",
           R"({"imageRecipeArn":"arn:aws:imagebuilder:us-east-1:1:image-recipe/web/1.0.0",
               "infrastructureConfigurationArn":"arn:aws:x","executionRole":"builder"})");
    EXPECT_EQ(actions(demands).substr(0, actions(demands).find('\n')),
              "imagebuilder:CreateImage "
              "arn:aws:imagebuilder:us-east-1:111122223333:image/web/1.0.0/*");
    ASSERT_EQ(demands.passed.size(), 1U);
    EXPECT_EQ(demands.passed[0], (PassedName{"builder", false, "imagebuilder.amazonaws.com"}));
}

TEST(DemandsTest, MembersBecomeConditionKeys) {
    const auto demands = of(imagebuilder_service, "CreateInfrastructureConfiguration",
                            R"({"name":"i","instanceProfileName":"p","resourceTags":{"a":"1"},
                                "instanceMetadataOptions":{"httpTokens":"required"},
                                "snsTopicArn":"arn:aws:sns:r:1:t"})");
    EXPECT_EQ(keys(demands),
              "imagebuilder:CreatedResourceTag/a=1 imagebuilder:CreatedResourceTagKeys=a "
              "imagebuilder:Ec2MetadataHttpTokens=required "
              "imagebuilder:StatusTopicArn=arn:aws:sns:r:1:t");
    ASSERT_EQ(demands.passed.size(), 1U);
    EXPECT_EQ(demands.passed[0], (PassedName{"p", true, "ec2.amazonaws.com"}));
}

TEST(DemandsTest, OtherServicesNameTheirsTheirWay) {
    EXPECT_EQ(actions(of(ec2::tables::service, "CreateTags",
                         R"({"Resources":["ami-1","i-2"],"Tags":[{"Key":"k","Value":"v"}]})")),
              "ec2:CreateTags arn:aws:ec2:us-east-1::image/ami-1\n"
              "ec2:CreateTags arn:aws:ec2:us-east-1:111122223333:instance/i-2");
    EXPECT_EQ(keys(of(ec2::tables::service, "CreateTags",
                      R"({"Resources":["ami-1"],"Tags":[{"Key":"k","Value":"v"},{"Key":"l"}]})")),
              "aws:RequestTag/k=v aws:RequestTag/l= aws:TagKeys=k,l");
    EXPECT_EQ(actions(of(logs::tables::service, "GetLogEvents",
                         R"({"logGroupIdentifier":
                             "arn:aws:logs:us-east-1:111122223333:log-group:/aws/x:*",
                             "logStreamName":"s"})")),
              "logs:GetLogEvents "
              "arn:aws:logs:us-east-1:111122223333:log-group:/aws/x:log-stream:s");
    EXPECT_EQ(actions(of(iam::tables::service, "CreateRole", R"({"RoleName":"r","Path":"/a/"})")),
              "iam:CreateRole arn:aws:iam::111122223333:role/a/r");
    EXPECT_EQ(actions(of(iam::tables::service, "CreateRole", R"({"RoleName":"r"})")),
              "iam:CreateRole arn:aws:iam::111122223333:role/r");
    EXPECT_EQ(actions(of(iam::tables::service, "GetUser", "{}")),
              "iam:GetUser arn:aws:iam::111122223333:user/alice");
    EXPECT_EQ(actions(of(sts::tables::service, "GetCallerIdentity", "{}")), "");
}

/// A new operation that names a resource must say so in authorization.model, or it would only be
/// asked for on "*", and other accounts' resources would pass.
TEST(DemandsTest, EveryOperationThatNamesAResourceIsAuthorizedOnIt) {
    for (const auto* operation : imagebuilder_service.operations) {
        for (const auto& member : operation->input->members) {
            const std::string name(member.name);
            if (name.ends_with("Arn") && name != "snsTopicArn") {
                EXPECT_NE(operation->authorization, nullptr) << operation->name << "." << name;
            }
        }
    }
}

TEST(DemandsTest, NothingThatAClientSendsIsAFault) {
    const std::set<const Service*> services{&imagebuilder_service, &ec2::tables::service,
                                            &iam::tables::service, &logs::tables::service,
                                            &sts::tables::service};
    for (const auto* service : services) {
        for (const auto* operation : service->operations) {
            json::object hostile;
            for (const auto& member : operation->input->members) {
                hostile[member.name] = json::array{1, "{x}", json::object{{"Key", 1}}, nullptr};
            }
            EXPECT_NO_THROW(demands_of(*service, *operation, {}, hostile)) << operation->name;
            EXPECT_NO_THROW(demands_of(*service, *operation, {}, {})) << operation->name;
        }
    }
}

TEST(DemandsTest, AccountInArn) {
    EXPECT_EQ(account_in_arn("arn:aws:iam::123456789012:role/x"), "123456789012");
    EXPECT_EQ(account_in_arn("arn:aws:ec2:us-east-1::image/ami-1"), "");
    EXPECT_EQ(account_in_arn("*"), "");
    EXPECT_EQ(account_in_arn("arn:aws"), "");
}

}  // namespace
}  // namespace goldsmith::api
