#include "api/instance_size.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace goldsmith::api {
namespace {

TEST(InstanceSize, FollowsEc2) {
    EXPECT_EQ(instance_size("m5.large"), (InstanceSize{2, 8192}));
    EXPECT_EQ(instance_size("c6i.xlarge"), (InstanceSize{4, 8192}));
    EXPECT_EQ(instance_size("r5.4xlarge"), (InstanceSize{16, 131072}));
    EXPECT_EQ(instance_size("t3.micro"), (InstanceSize{2, 1024}));
    for (const char* unknown : {"", ".", "m5", "m5.", "x9.colossal", "q.large"}) {
        EXPECT_EQ(instance_size(unknown), InstanceSize{}) << unknown;
    }
}

TEST(InstanceSize, KnowsWhatItOffers) {
    const auto& types = offered_instance_types();
    EXPECT_TRUE(std::is_sorted(types.begin(), types.end()));
    for (const std::string& type : types) {
        EXPECT_TRUE(known_instance_size(type)) << type;
    }
    for (const char* unknown :
         {"", "t3", "t3.", "t3.huge", "nonsense", "x.large", "m5.", ".large"}) {
        EXPECT_FALSE(known_instance_size(unknown)) << unknown;
    }
}

}  // namespace
}  // namespace goldsmith::api
