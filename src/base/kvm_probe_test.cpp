#include "base/kvm_probe.h"

#include <gtest/gtest.h>

#include "base/process.h"

namespace goldsmith::base {
namespace {

TEST(KvmProbe, ItsGuestEndsWellWhereAnyGuestRuns) {
    if (!base::find_program("qemu-system-x86_64")) {
        GTEST_SKIP() << "qemu-system-x86_64 is not installed (Debian: qemu-system-x86)";
    }
    const KvmProbe probe = run_probe_guest("tcg");
    EXPECT_TRUE(probe.works) << probe.finding;
}

TEST(KvmProbe, AGuestThatCannotStartIsAFinding) {
    if (!base::find_program("qemu-system-x86_64")) {
        GTEST_SKIP() << "qemu-system-x86_64 is not installed (Debian: qemu-system-x86)";
    }
    const KvmProbe probe = run_probe_guest("none-of-these");
    EXPECT_FALSE(probe.works);
    EXPECT_NE(probe.finding.find("none-of-these"), std::string::npos) << probe.finding;
}

}  // namespace
}  // namespace goldsmith::base
