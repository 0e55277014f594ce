#include "guest/net/url.h"

#include <gtest/gtest.h>

namespace goldsmith::guest {
namespace {

TEST(Url, IsTakenApart) {
    const Url url = parse_url("  HTTPS://User:p%40ss@Example.ORG:8443/a/b%20c?q=1&r=/#part\n");
    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.user_info, "User:p@ss");
    EXPECT_EQ(url.host, "example.org");
    EXPECT_EQ(url.port, 8443);
    EXPECT_EQ(url.target, "/a/b%20c?q=1&r=/");
    EXPECT_EQ(url.authority(), "example.org:8443");
    EXPECT_EQ(url.shown(), "https://example.org:8443/a/b%20c");
}

TEST(Url, HasDefaults) {
    EXPECT_EQ(parse_url("http://host").port, 80);
    EXPECT_EQ(parse_url("https://host").port, 443);
    EXPECT_EQ(parse_url("http://host").target, "/");
    EXPECT_EQ(parse_url("http://host?x").target, "/?x");
    EXPECT_EQ(parse_url("http://host:/x").authority(), "host");
    EXPECT_EQ(parse_url("http://[::1]:80/x").authority(), "[::1]");
    EXPECT_EQ(parse_url("http://[FD00::1]:81/x").host, "fd00::1");
}

TEST(Url, WhatPeopleWriteIsEncoded) {
    EXPECT_EQ(parse_url("http://h/a b/\xC3\xA9\"<>").target, "/a%20b/%C3%A9%22%3C%3E");
    EXPECT_EQ(parse_url("http://h/100%/%4").target, "/100%25/%254");
    EXPECT_EQ(parse_url("http://h/a\r\nX: y").target, "/a%0D%0AX:%20y");
}

TEST(Url, WhatIsNoneIsRefused) {
    for (const char* text :
         {"", "host/x", "//host/x", "ftp://host", "http:host", "http://", "http:///x", "http://h:0",
          "http://h:65536", "http://h:80x", "http://a b/", "http://[::1", "http://[host]/",
          "http://[::1]x/", "http://h\x01/", "http://h\\/", "javascript:alert(1)"}) {
        EXPECT_THROW(parse_url(text), UrlError) << text;
    }
    EXPECT_THROW(parse_url("http://h/" + std::string(20'000, 'x')), UrlError);
}

TEST(Url, ReferencesAreResolved) {
    const Url base = parse_url("http://user:word@host/a/b/c?q");
    EXPECT_EQ(resolve_reference(base, "d").target, "/a/b/d");
    EXPECT_EQ(resolve_reference(base, "../d?x#y").target, "/a/d?x");
    EXPECT_EQ(resolve_reference(base, "../../../../d").target, "/d");
    EXPECT_EQ(resolve_reference(base, "./").target, "/a/b/");
    EXPECT_EQ(resolve_reference(base, "..").target, "/a/");
    EXPECT_EQ(resolve_reference(base, "/d/../e").target, "/e");
    EXPECT_EQ(resolve_reference(base, "?z").target, "/a/b/c?z");
    EXPECT_EQ(resolve_reference(base, "").target, base.target);
    EXPECT_EQ(resolve_reference(base, "//other/x").host, "other");
    EXPECT_EQ(resolve_reference(base, "https://other:1/x").origin(), "https://other:1");
    EXPECT_THROW(resolve_reference(base, "data:text/plain,x"), UrlError);
}

TEST(Url, LastSegment) {
    EXPECT_EQ(last_segment(parse_url("http://h/a/b%20c.tgz?x=/y")), "b c.tgz");
    EXPECT_EQ(last_segment(parse_url("http://h/a/")), "");
    EXPECT_EQ(last_segment(parse_url("http://h/..%2f..%2fetc")), "../../etc")
        << "callers must check";
}

}  // namespace
}  // namespace goldsmith::guest
