// Parents of recipes: AMI ids, images with wildcards, parameters; resolved when a build starts and
// frozen in its plan.
#include <boost/json.hpp>

#include <gmock/gmock.h>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/images.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

constexpr auto ami_one = "ami-11111111111111111";
constexpr auto ami_two = "ami-22222222222222222";

class ParentImageTest : public ServiceFixture {
protected:
    ParentImageTest() {
        insert_ami(ami_one);
        insert_ami(ami_two);
    }

    void insert_ami(const char* id, const std::string& platform = "Linux/UNIX") {
        database_->write([&](db::Transaction& transaction) {
            state::AmiRow ami{.region = "us-east-1",
                              .image_id = id,
                              .owner = "123456789012",
                              .name = id,
                              .platform_details = platform};
            state::insert_ami(transaction, ami);
        });
    }

    void put(const std::string& name, const std::string& value,
             const std::string& type = "String") {
        call("PutParameter",
             {{"Name", name}, {"Value", value}, {"Type", type}, {"Overwrite", true}}, "ssm");
    }

    json::object recipe_input(const std::string& parent) {
        return {{"name", "on-" + std::to_string(++recipes_)},
                {"semanticVersion", "1.0.0"},
                {"parentImage", parent},
                {"clientToken", token()}};
    }
    std::string recipe_on(const std::string& parent) {
        return text("imageRecipeArn", call("CreateImageRecipe", recipe_input(parent)));
    }
    std::string recipe_error(const std::string& parent) {
        return error_of("CreateImageRecipe", recipe_input(parent));
    }

    json::object build_input(const std::string& recipe) {
        return {{"imageRecipeArn", recipe},
                {"infrastructureConfigurationArn",
                 create_infrastructure("infra-" + std::to_string(++recipes_))},
                {"clientToken", token()}};
    }
    /// The parent that a new build of this recipe is frozen with.
    std::string parent_of_build(const std::string& recipe) {
        const auto built = call("CreateImage", build_input(recipe));
        return text(
            "image.imageRecipe.parentImage",
            call("GetImage", {{"imageBuildVersionArn", text("imageBuildVersionArn", built)}}));
    }

    /// A version of the image "web" with an AMI.
    std::string available(const std::string& version, const char* ami) {
        const auto recipe =
            text("imageRecipeArn", call("CreateImageRecipe", {{"name", "web"},
                                                              {"semanticVersion", version},
                                                              {"parentImage", ami_one},
                                                              {"clientToken", token()}}));
        const auto arn = text("imageBuildVersionArn", call("CreateImage", build_input(recipe)));
        database_->write([&](db::Transaction& transaction) {
            const json::object resources{
                {"amis", json::array{json::object{{"region", "us-east-1"}, {"image", ami}}}}};
            state::set_image_status(transaction, arn, "AVAILABLE", std::nullopt, 0);
            state::set_output_resources(transaction, arn, json::serialize(resources), 0);
        });
        return arn;
    }

    int recipes_ = 0;
};

TEST_F(ParentImageTest, AnAmiIsTakenAsItIs) {
    EXPECT_EQ(parent_of_build(recipe_on(ami_one)), ami_one);
    insert_ami("ami-33333333333333333", "Windows");
    const auto shown =
        call("GetImageRecipe", {{"imageRecipeArn", recipe_on("ami-33333333333333333")}});
    EXPECT_EQ(text("imageRecipe.platform", shown), "Windows");
    EXPECT_THAT(recipe_error("ami-44444444444444444"), HasSubstr("is not an AMI in us-east-1"));
}

TEST_F(ParentImageTest, AnAmiThatIsDisabledLaterStopsTheNextBuild) {
    const auto recipe = recipe_on(ami_one);
    database_->write([&](db::Transaction& transaction) {
        auto ami = *state::find_ami(transaction, "us-east-1", ami_one);
        ami.state = "disabled";
        state::update_ami(transaction, ami);
    });
    EXPECT_THAT(error_of("CreateImage", build_input(recipe)), HasSubstr("is disabled"));
}

TEST_F(ParentImageTest, AWildcardIsTheNewestAvailableVersionOfTheMomentTheBuildStarts) {
    const auto one = available("1.2.0", ami_one);
    const auto any = recipe_on("arn:aws:imagebuilder:us-east-1:123456789012:image/web/x.x.x");
    const auto ones = recipe_on("arn:aws:imagebuilder:us-east-1:123456789012:image/web/1.x.x");
    EXPECT_EQ(parent_of_build(any), one);
    const auto newer_one = available("1.10.0", ami_two);
    const auto two = available("2.0.0", ami_two);
    EXPECT_EQ(parent_of_build(any), two);
    EXPECT_EQ(parent_of_build(ones), newer_one) << "1.10.0 is newer than 1.2.0";
    set_image_status(two, "FAILED");
    EXPECT_EQ(parent_of_build(any), newer_one);
    EXPECT_THAT(recipe_error("arn:aws:imagebuilder:us-east-1:123456789012:image/web/3.x.x"),
                HasSubstr("ResourceNotFoundException"));
    EXPECT_THAT(recipe_error("arn:aws:imagebuilder:us-east-1:123456789012:image/web/x.1.x"),
                HasSubstr("Exception"));
}

TEST_F(ParentImageTest, AParameterIsReadWhenTheBuildStarts) {
    put("/golden/base", ami_one);
    const auto recipe = recipe_on("ssm:/golden/base");
    EXPECT_EQ(text("imageRecipe.parentImage", call("GetImageRecipe", {{"imageRecipeArn", recipe}})),
              "ssm:/golden/base");
    EXPECT_EQ(parent_of_build(recipe), ami_one);
    put("/golden/base", ami_two);
    EXPECT_EQ(parent_of_build(recipe), ami_two);
    EXPECT_EQ(parent_of_build(recipe_on("ssm:/golden/base:1")), ami_one);
    call("LabelParameterVersion",
         {{"Name", "/golden/base"}, {"ParameterVersion", 1}, {"Labels", {"proven"}}}, "ssm");
    EXPECT_EQ(parent_of_build(recipe_on("ssm:/golden/base:proven")), ami_one);
    call("DeleteParameter", {{"Name", "/golden/base"}}, "ssm");
    EXPECT_THAT(error_of("CreateImage", build_input(recipe)),
                HasSubstr("'ssm:/golden/base' cannot be read: there is no parameter "
                          "'/golden/base' in us-east-1"));
}

TEST_F(ParentImageTest, AParameterMayBeNamedByItsArn) {
    put("/golden/base", ami_one);
    put("/flat", ami_two);
    put("bare", ami_one);
    const std::string arn = "ssm:arn:aws:ssm:us-east-1:123456789012:parameter/";
    EXPECT_EQ(parent_of_build(recipe_on(arn + "golden/base")), ami_one);
    EXPECT_EQ(parent_of_build(recipe_on(arn + "flat")), ami_two);
    EXPECT_EQ(parent_of_build(recipe_on(arn + "bare:1")), ami_one);
    for (const char* other :
         {"arn:aws:ssm:us-west-2:123456789012:parameter/bare",
          "arn:aws:ssm:us-east-1:210987654321:parameter/bare", "arn:aws:s3:::bare"}) {
        EXPECT_THAT(recipe_error(std::string("ssm:") + other),
                    HasSubstr("is no parameter of this account in us-east-1"))
            << other;
    }
}

TEST_F(ParentImageTest, AParameterThatHoldsNoAmiIsRefusedWithoutItsValue) {
    put("/secret", "correct horse");
    put("/sealed", ami_one, "SecureString");
    put("/list", std::string(ami_one) + "," + ami_two, "StringList");
    put("/gone", "ami-55555555555555555");
    for (const char* name : {"/secret", "/sealed", "/list"}) {
        const auto error = recipe_error(std::string("ssm:") + name);
        EXPECT_THAT(error, HasSubstr("InvalidParameterValueException")) << name;
        EXPECT_THAT(error, HasSubstr("holds no AMI id")) << name;
        EXPECT_THAT(error, Not(HasSubstr("horse")));
    }
    EXPECT_THAT(recipe_error("ssm:/gone"),
                HasSubstr("'ami-55555555555555555' is not an AMI in us-east-1"));
    EXPECT_THAT(recipe_error("ssm:/secret:7"), HasSubstr("there is no version 7 of parameter"));
    for (const char* nonsense : {"ssm:", "ssm::", "ssm:/a//b", "ssm:/none:", "ssm:\x01"}) {
        EXPECT_THAT(recipe_error(nonsense), HasSubstr("Exception")) << nonsense;
    }
}

}  // namespace
}  // namespace goldsmith::service
