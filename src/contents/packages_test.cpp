#include "contents/packages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::contents {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Packages, OfDpkgAreTheInstalledOnes) {
    EXPECT_THAT(packages_of_dpkg("Package: libc6\n"
                                 "Status: install ok installed\n"
                                 "Architecture: amd64\n"
                                 "Version: 2.36-9\n"
                                 "Description: library\n"
                                 " Version: not this one\n"
                                 "\n"
                                 "Package: libc6\n"
                                 "Status: hold ok installed\n"
                                 "Architecture: i386\n"
                                 "Version: 2.36-8\n"
                                 "\n"
                                 "Package: gone\n"
                                 "Status: deinstall ok config-files\n"
                                 "Version: 1\n"
                                 "\n"
                                 "Package: last\n"
                                 "Status: install ok installed\n"
                                 "Version: 1:2~3"),
                UnorderedElementsAre(Pair("libc6", "2.36-9"), Pair("libc6:i386", "2.36-8"),
                                     Pair("last", "1:2~3")));
    EXPECT_THAT(packages_of_dpkg(""), IsEmpty());
    EXPECT_THAT(packages_of_dpkg("\n\n\nnonsense\n"), IsEmpty());
}

TEST(Packages, OfApk) {
    EXPECT_THAT(packages_of_apk("C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\n"
                                "P:busybox\nV:1.36.1-r29\nF:bin\n\n"),
                UnorderedElementsAre(Pair("musl", "1.2.5-r0"), Pair("busybox", "1.36.1-r29")));
}

}  // namespace
}  // namespace goldsmith::contents
