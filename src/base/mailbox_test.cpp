#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "base/guarded.h"
#include "base/log.h"

namespace goldsmith::base {
namespace {

using std::chrono::milliseconds;

TEST(Mailbox, SameNameIsTheSameMessage) {
    const TempDir dir;
    Mailbox box(dir.path() / "inbox");
    EXPECT_TRUE(box.put("0001-run.json", "first"));
    EXPECT_FALSE(box.put("0001-run.json", "second"));
    EXPECT_EQ(box.get("0001-run.json"), "first");
    EXPECT_FALSE(box.get("0002").has_value());
}

TEST(Mailbox, ListsInOrderAndHidesHalfWrittenMessages) {
    const TempDir dir;
    Mailbox box(dir.path());
    box.put("b", "");
    box.put("a", "");
    write_file_atomically(dir.path() / "c.tmp-1-2", "");
    EXPECT_EQ(box.names(), (std::vector<std::string>{"a", "b"}));
    box.remove("a");
    EXPECT_EQ(box.names(), std::vector<std::string>{"b"});
}

TEST(Mailbox, RefusesNamesThatAreNotNames) {
    const TempDir dir;
    Mailbox box(dir.path());
    for (const char* name : {"", ".", "../x", "a/b", ".hidden", "x.tmp-1"}) {
        EXPECT_THROW(box.put(name, ""), Error) << name;
    }
}

TEST(DirectoryWatch, SeesAMessageFromAnotherThread) {
    const TempDir dir;
    DirectoryWatch watch;
    watch.add(dir.path());
    std::jthread sender([&] { Mailbox(dir.path()).put("x", "y"); });
    EXPECT_TRUE(watch.wait(milliseconds(10'000)));
}

TEST(DirectoryWatch, WakesAndTimesOut) {
    DirectoryWatch watch;
    EXPECT_FALSE(watch.wait(milliseconds(1)));
    watch.wake();
    EXPECT_TRUE(watch.wait(milliseconds(10'000)));
}

TEST(Log, LinesCarryContextAndStayLines) {
    struct Sink final : LogSink {
        Guarded<std::vector<std::string>> lines;
        void write(std::string_view line) noexcept override { lines.lock()->emplace_back(line); }
    };
    const auto sink = std::make_shared<Sink>();
    const Logger log = Logger(sink, LogLevel::info).with("execution", "e 1");
    log.debug("hidden");
    log.info("step\nstarted", {{"step", "Build"}, {"error", "a\nb\"c"}});
    ASSERT_EQ(sink->lines.lock()->size(), 1U);
    const std::string line = sink->lines.lock()->front();
    EXPECT_EQ(line.substr(24),
              " info  step started execution=\"e 1\" step=Build error=\"a\\nb\\\"c\"");
}

}  // namespace
}  // namespace goldsmith::base
