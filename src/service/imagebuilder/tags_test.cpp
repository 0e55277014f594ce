#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class TagsTest : public ServiceFixture {
protected:
    std::string tags(const std::string& arn) {
        return text("tags", call("ListTagsForResource", {{"resourceArn", arn}}));
    }
};

TEST_F(TagsTest, AreMergedAndRemovedOnEveryKindOfResource) {
    const auto image = create_image("web");
    const std::string prefix = "arn:aws:imagebuilder:us-east-1:123456789012:";
    for (const std::string& arn :
         {image, prefix + "component/web/1.0.0/1", prefix + "image-recipe/web/1.0.0",
          prefix + "infrastructure-configuration/web", prefix + "distribution-configuration/web"}) {
        EXPECT_EQ(tags(arn), "{}");
        call("TagResource", {{"resourceArn", arn}, {"tags", json::object{{"a", "1"}, {"b", "2"}}}});
        call("TagResource", {{"resourceArn", arn}, {"tags", json::object{{"b", "3"}}}});
        EXPECT_EQ(tags(arn), R"({"a":"1","b":"3"})");
        call("UntagResource", {{"resourceArn", arn}, {"tagKeys", {"a", "none"}}});
        EXPECT_EQ(tags(arn), R"({"b":"3"})");
    }
}

TEST_F(TagsTest, AreRefusedForWhatIsNotThere) {
    EXPECT_TRUE(error_of("ListTagsForResource",
                         {{"resourceArn",
                           "arn:aws:imagebuilder:us-east-1:123456789012:component/no/1.0.0/1"}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(error_of("ListTagsForResource", {{"resourceArn", "nonsense"}})
                    .starts_with("InvalidParameterException"));
}

TEST_F(TagsTest, AreAtMostFifty) {
    const auto arn = create_infrastructure("web");
    const auto many = [](const std::string& prefix, int count) {
        json::object tags;
        for (int i = 0; i < count; ++i) {
            tags[prefix + std::to_string(i)] = "v";
        }
        return tags;
    };
    call("TagResource", {{"resourceArn", arn}, {"tags", many("a", 50)}});
    EXPECT_TRUE(error_of("TagResource", {{"resourceArn", arn}, {"tags", many("b", 1)}})
                    .starts_with("InvalidParameterException"));
    EXPECT_EQ(tags(arn).find("b0"), std::string::npos);
    call("DeleteInfrastructureConfiguration", {{"infrastructureConfigurationArn", arn}});
    create_infrastructure("web");
    EXPECT_EQ(tags(arn), "{}");  // a new resource of the name does not inherit them
}

}  // namespace
}  // namespace goldsmith::service
