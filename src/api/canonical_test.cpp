#include "api/canonical.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/generated/imagebuilder/pipelines_json.h"

namespace goldsmith::api {
namespace {

std::string canonical(std::string_view text) {
    return canonical_json(boost::json::parse(text));
}

TEST(Canonical, DoesNotDependOnTheOrderOrSpelling) {
    EXPECT_EQ(canonical(R"({"b":1,"a":{"d":[1,2],"c":null}})"),
              R"({"a":{"c":null,"d":[1,2]},"b":1})");
    EXPECT_EQ(canonical("1.0"), canonical("1"));
    EXPECT_EQ(canonical("1e2"), "100");
    EXPECT_NE(canonical("1.5"), canonical("1"));
    EXPECT_EQ(canonical("{}"), "{}");
    EXPECT_EQ(canonical("[]"), "[]");
    EXPECT_EQ(canonical(R"("\u0041\n")"), R"("A\n")");
}

TEST(Canonical, KeepsTheOrderOfLists) {
    EXPECT_NE(canonical("[1,2]"), canonical("[2,1]"));
}

TEST(IdempotencyDigest, IsTheSameButForTheToken) {
    imagebuilder::CreateImagePipelineRequest request;
    request.name = "p";
    request.client_token = "one";
    const auto digest = idempotency_digest(request);
    request.client_token = "two";
    EXPECT_EQ(idempotency_digest(request), digest);
    request.tags.emplace()["a"] = "1";
    EXPECT_NE(idempotency_digest(request), digest);
}

}  // namespace
}  // namespace goldsmith::api
