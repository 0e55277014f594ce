#include "disk_images/url.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace goldsmith::disk_images {
namespace {

bool is_local(const char* text) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        return is_local_address(reinterpret_cast<const sockaddr*>(&v4));
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
    return is_local_address(reinterpret_cast<const sockaddr*>(&v6));
}

TEST(Url, KnowsAddressesThatAreNobodyElses) {
    for (const char* text :
         {"127.0.0.1", "127.255.0.9", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
          "::1", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
          "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254"}) {
        EXPECT_TRUE(is_local(text)) << text;
    }
    for (const char* text : {"10.0.0.1", "192.168.1.1", "8.8.8.8", "128.0.0.1", "169.253.0.1",
                             "2001:db8::1", "fd12::1", "64:ff9b::808:808"}) {
        EXPECT_FALSE(is_local(text)) << text;
    }
    sockaddr other{};
    other.sa_family = AF_UNIX;
    EXPECT_TRUE(is_local_address(&other));
}

TEST(Url, NamesTheFileAndHidesWhatIsSecret) {
    EXPECT_EQ(file_name_of_url("https://a.example/x/disk.qcow2?token=1#f"), "disk.qcow2");
    EXPECT_EQ(file_name_of_url("https://a.example/x/"), "");
    EXPECT_EQ(shown_url("https://user:secret@a.example/x/disk.raw?X-Amz-Signature=1"),
              "https://a.example/x/disk.raw");
    EXPECT_EQ(shown_url("https://a.example/x@y"), "https://a.example/x@y");
    EXPECT_TRUE(is_web_url("https://a"));
    EXPECT_FALSE(is_web_url("file:///etc/passwd"));
    EXPECT_FALSE(is_web_url("HTTP://a"));
}

}  // namespace
}  // namespace goldsmith::disk_images
