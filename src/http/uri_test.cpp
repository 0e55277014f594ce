#include "http/uri.h"

#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Uri, SplitsAndDecodesQueries) {
    EXPECT_THAT(parse_query("a=1&b=%2F%20x&&c&=v&a=2"),
                ElementsAre(Pair("a", "1"), Pair("b", "/ x"), Pair("c", ""), Pair("", "v"),
                            Pair("a", "2")));
    EXPECT_THAT(parse_query(""), IsEmpty());
    EXPECT_THAT(parse_query("a=b+c"), ElementsAre(Pair("a", "b+c")));
    EXPECT_THAT(parse_query("a=b+c", true), ElementsAre(Pair("a", "b c")));
    EXPECT_THAT(parse_query("a=100%&b=%zz"), ElementsAre(Pair("a", "100%"), Pair("b", "%zz")));
}

TEST(Uri, NormalisesPathsWithoutDecoding) {
    EXPECT_EQ(normalised_path("/"), "/");
    EXPECT_EQ(normalised_path(""), "/");
    EXPECT_EQ(normalised_path("//a//b/"), "/a/b/");
    EXPECT_EQ(normalised_path("/a/./b/../c"), "/a/c");
    EXPECT_EQ(normalised_path("/../.."), "/");
    EXPECT_EQ(normalised_path("/a%2F..%2Fb"), "/a%2F..%2Fb");
}

TEST(Uri, DecodesSegmentsOnce) {
    EXPECT_THAT(path_segments("/tags/arn%3Aaws%3Ax%2Fy"), ElementsAre("tags", "arn:aws:x/y"));
    EXPECT_THAT(path_segments("/a%252Fb"), ElementsAre("a%2Fb"));
    EXPECT_THAT(path_segments("/"), IsEmpty());
}

TEST(Message, SplitsTheTarget) {
    Request request;
    set_target(request, "/a/b?c=d?e");
    EXPECT_EQ(request.raw_path, "/a/b");
    EXPECT_EQ(request.raw_query, "c=d?e");
    set_target(request, "http://host:80/a?b");
    EXPECT_EQ(request.raw_path, "/a");
    EXPECT_EQ(request.raw_query, "b");
    set_target(request, "http://host");
    EXPECT_EQ(request.raw_path, "/");
    set_target(request, "*");
    EXPECT_EQ(request.raw_path, "/*");
    set_target(request, "/a?url=http://x/y");
    EXPECT_EQ(request.raw_path, "/a");
    EXPECT_EQ(request.raw_query, "url=http://x/y");
}

}  // namespace
}  // namespace goldsmith::http
