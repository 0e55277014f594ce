#include "policy/managed_policies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "policy/document.h"

namespace goldsmith::policy {
namespace {

TEST(ManagedPoliciesTest, AllParseAndFitTheQuota) {
    constexpr std::size_t quota = 6144;
    for (const ManagedPolicy& policy : managed_policies()) {
        EXPECT_NO_THROW(Document::parse(policy.document, Kind::identity)) << policy.path_and_name;
        EXPECT_LE(counted_size(policy.document), quota) << policy.path_and_name;
    }
}

TEST(ManagedPoliciesTest, HasTheOnesThatTutorialsAttach) {
    std::set<std::string_view> names;
    for (const ManagedPolicy& policy : managed_policies()) {
        names.insert(policy.path_and_name);
    }
    for (const char* name :
         {"AdministratorAccess", "ReadOnlyAccess", "AWSImageBuilderFullAccess",
          "AWSImageBuilderReadOnlyAccess", "EC2InstanceProfileForImageBuilder",
          "EC2InstanceProfileForImageBuilderECRContainerBuilds", "AmazonSSMManagedInstanceCore",
          "service-role/EC2ImageBuilderLifecycleExecutionPolicy"}) {
        EXPECT_TRUE(names.contains(name)) << name;
    }
}

}  // namespace
}  // namespace goldsmith::policy
