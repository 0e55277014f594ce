#include "contents/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::contents {
namespace {

FileEntry file() {
    return {.mode = 0100644};
}

FileEntry link(const char* target) {
    return {.mode = 0120777, .target = target};
}

TEST(Units, AreEnabledMaskedOrNeither) {
    FileTree tree{
        {"/usr/lib/systemd/system/a.service", file()},
        {"/usr/lib/systemd/system/b.service", file()},
        {"/usr/lib/systemd/system/c.timer", file()},
        {"/usr/lib/systemd/system/multi-user.target.wants/b.service", link("../b.service")},
        {"/usr/lib/systemd/system/notes.txt", file()},
        {"/usr/lib/systemd/system/a.service.d/x.conf", file()},
        {"/etc/systemd/system/c.timer", link("/dev/null")},
        {"/etc/systemd/system/timers.target.wants/c.timer", link("/x")},
        {"/etc/systemd/system/sockets.target.requires/d.socket", link("/x")},
        {"/etc/systemd/system/d.socket", file()},
        {"/etc/systemd/other/e.service", file()},
    };
    tree["/usr/lib/systemd/system/f.service"] = {.mode = 0040755};
    EXPECT_THAT(
        units_in(tree),
        testing::UnorderedElementsAre(
            testing::Pair("a.service", Unit{"/usr/lib/systemd/system/a.service", "not enabled"}),
            testing::Pair("b.service", Unit{"/usr/lib/systemd/system/b.service", "enabled"}),
            testing::Pair("c.timer", Unit{"/etc/systemd/system/c.timer", "masked"}),
            testing::Pair("d.socket", Unit{"/etc/systemd/system/d.socket", "enabled"})));
}

}  // namespace
}  // namespace goldsmith::contents
