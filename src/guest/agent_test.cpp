#include "guest/agent.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/files.h"
#include "guest/client.h"

namespace goldsmith::guest {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
    return std::chrono::steady_clock::now() + 20s;
}

const std::vector<std::string> kEnvironment{"PATH=/usr/bin:/bin"};

ExecRequest shell(const std::string& script) {
    return {{"sh", "-c", script}, kEnvironment, "/", false};
}

/// An agent on a thread of this process and a socket to it.
class AgentThread {
public:
    explicit AgentThread(AgentOptions options = {}) {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
            throw base::SystemError("socketpair");
        }
        host_ = base::Fd(pair[0]);
        thread_ = std::thread([fd = pair[1], options] {
            try {
                Agent(base::Fd(fd), options).serve();
            } catch (const ProtocolError&) {
                // Ends the connection: that is what the tests look at.
            }
        });
    }
    ~AgentThread() {
        host_.reset();
        thread_.join();
    }
    base::Fd take_host() { return std::move(host_); }

private:
    base::Fd host_;
    std::thread thread_;
};

/// Declared after the thread so that it closes the connection first.
struct Session {
    AgentThread agent;
    GuestClient client;
    explicit Session(AgentOptions options = {})
        : agent(std::move(options)), client(agent.take_host(), soon()) {}
};

TEST(Agent, GreetsWithItsName) {
    AgentOptions options;
    options.name = "toe 9.9";
    Session session(options);
    EXPECT_EQ(session.client.peer(), (Hello{1, "toe 9.9"}));
    session.client.ping(soon());
}

TEST(Agent, RunsAProgramAndPassesOutputAndExitCode) {
    Session session;
    const auto output = session.client.capture(shell("echo out; echo err >&2; exit 3"), soon());
    EXPECT_EQ(output.exited, (Exited{3, 0}));
    EXPECT_EQ(output.stdout_text, "out\n");
    EXPECT_EQ(output.stderr_text, "err\n");
}

TEST(Agent, TellsTheSignalThatKilledAProgram) {
    Session session;
    EXPECT_EQ(session.client.capture(shell("kill -9 $$"), soon()).exited, (Exited{-1, 9}));
}

TEST(Agent, GivesExactlyTheEnvironmentAndFolder) {
    Session session;
    const auto output =
        session.client.capture({{"sh", "-c", "pwd; echo \"$A\"; echo \"${HOME-none}\""},
                                {"PATH=/bin:/usr/bin", "A=b c"},
                                "/usr",
                                false},
                               soon());
    EXPECT_EQ(output.stdout_text, "/usr\nb c\nnone\n");
}

TEST(Agent, AQuietProgramIsNoDeadGuest) {
    Session session;
    // Asked again and again while the program has nothing to say.
    session.client.set_silence({1ms, 20s});
    EXPECT_EQ(session.client.capture(shell("sleep 0.3; echo late"), soon()).stdout_text, "late\n");
    // An answer that comes after the program's end is nobody else's.
    session.client.ping(soon());
    EXPECT_EQ(session.client.capture(shell("echo again"), soon()).stdout_text, "again\n");
}

TEST(Agent, AGuestThatSaysNothingIsGivenUpLongBeforeTheDeadline) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const base::Fd guest(pair[1]);
    base::write_all(guest.get(), encode({FrameType::hello, 0, encode(Hello{1, "hangs"})}));
    GuestClient client(base::Fd(pair[0]), soon());
    client.set_silence({10ms, 200ms});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(client.capture(shell("true"), begin + 1h), GuestSilent);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
    EXPECT_FALSE(client.is_usable());
    // It was asked once, not in a loop.
    std::string asked(4096, '\0');
    asked.resize(static_cast<std::size_t>(::read(guest.get(), asked.data(), asked.size())));
    FrameReader frames;
    frames.feed(asked);
    int pings = 0;
    while (const auto frame = frames.next()) {
        pings += frame->type == FrameType::ping ? 1 : 0;
    }
    EXPECT_EQ(pings, 1);
}

TEST(Agent, FeedsStandardInput) {
    Session session;
    ExecOptions options;
    options.deadline = soon();
    options.stdin_text = std::string(3 << 20, 'x');
    std::string seen;
    options.on_output = [&](std::string_view chunk, bool) { seen += chunk; };
    EXPECT_EQ(session.client.exec(shell("wc -c"), options).exit_code, 0);
    EXPECT_EQ(std::stoul(seen), 3UL << 20);
}

TEST(Agent, PassesOnInputAsItComes) {
    Session session;
    const base::Pipe input = base::make_pipe();
    ExecOptions options;
    options.deadline = soon();
    options.stdin_fd = input.read_end.get();
    std::string seen;
    // Each answer asks the next question, so nothing can have been sent in advance.
    options.on_output = [&](std::string_view chunk, bool) {
        seen += chunk;
        if (seen == "ready\n") {
            base::write_all(input.write_end.get(), "one\n");
        } else if (seen == "ready\none\n") {
            base::write_all(input.write_end.get(), "end\n");
        }
    };
    const auto exited = session.client.exec(
        shell("echo ready; while read -r line; do echo $line; test $line = end && exit 5; done"),
        options);
    EXPECT_EQ(exited.exit_code, 5);
    EXPECT_EQ(seen, "ready\none\nend\n");
    session.client.ping(soon());
}

TEST(Agent, EchoesMoreThanAllBuffersTogether) {
    Session session;
    ExecOptions options;
    options.deadline = soon();
    options.stdin_text = std::string(12 << 20, 'x');
    std::size_t seen = 0;
    options.on_output = [&](std::string_view chunk, bool) { seen += chunk.size(); };
    EXPECT_EQ(session.client.exec(shell("cat"), options).exit_code, 0);
    EXPECT_EQ(seen, options.stdin_text.size());
}

TEST(Agent, KeepsAllOutputForASlowHost) {
    Session session;
    ExecOptions options;
    options.deadline = soon();
    std::size_t seen = 0;
    options.on_output = [&](std::string_view chunk, bool) {
        if (seen == 0) {
            // Longer than the agent waits for output after an end: it must not count a host that is
            // slow.
            std::this_thread::sleep_for(400ms);
        }
        seen += chunk.size();
    };
    EXPECT_EQ(session.client.exec(shell("head -c 6000000 /dev/zero"), options).exit_code, 0);
    EXPECT_EQ(seen, 6000000U);
}

TEST(Agent, DoesNotWaitForABackgroundProcessThatHoldsOutputOpen) {
    Session session;
    const auto begin = std::chrono::steady_clock::now();
    const auto output = session.client.capture(shell("echo started; sleep 600 & exit 0"), soon());
    EXPECT_EQ(output.stdout_text, "started\n");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Agent, SaysWhyAProgramCannotBeStarted) {
    Session session;
    try {
        session.client.capture({{"/no/such/program"}, {}, "/", false}, soon());
        FAIL() << "expected a GuestError";
    } catch (const GuestError& error) {
        EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos);
    }
    EXPECT_EQ(session.client.capture(shell("true"), soon()).exited.exit_code, 0);
}

TEST(Agent, PutsAndGetsFiles) {
    const base::TempDir folder;
    const std::string path = folder.path() / "new" / "file";
    Session session;
    const std::string content(700'000, 'q');
    session.client.put_file(path, content, 0750, soon());
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0750U);
    EXPECT_EQ(session.client.get_file(path, 1 << 20, soon()), content);
    EXPECT_THROW(session.client.get_file(path, 1000, soon()), GuestError);
    EXPECT_THROW(session.client.get_file("/no/such/file", 1000, soon()), GuestError);
    EXPECT_THROW(session.client.put_file("relative", "x", 0644, soon()), GuestError);
    EXPECT_THROW(session.client.put_file("/proc/no/file", std::string(300'000, 'x'), 0644, soon()),
                 GuestError);
    session.client.ping(soon());
    EXPECT_EQ(base::list_directory(folder.path() / "new").size(), 1U)
        << "temporary files stay behind";
}

TEST(Agent, RestartsAndPowersOffByItsCommands) {
    const base::TempDir folder;
    AgentOptions options;
    options.reboot = {"touch", {folder.path() / "rebooted"}, {}, false, {}};
    options.poweroff = {"false", {}, {}, false, {}};
    Session session(options);
    session.client.reboot(soon());
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "rebooted"));
    EXPECT_THROW(session.client.poweroff(soon()), GuestError);
}

TEST(Agent, KillsWhatRunsWhenTheHostGoesAway) {
    const base::TempDir folder;
    const std::string pid_file = folder.path() / "pid";
    pid_t pid = 0;
    {
        Session session;
        ExecOptions options;
        options.deadline = std::chrono::steady_clock::now() + 500ms;
        EXPECT_THROW(session.client.exec(shell("echo $$ > " + pid_file + "; sleep 600"), options),
                     GuestTimeout);
        pid = std::stoi(base::read_file(pid_file));
    }
    EXPECT_NE(::kill(pid, 0), 0) << "process " << pid << " survived the connection";
}

TEST(Agent, StopRequestEndsAnExec) {
    Session session;
    std::stop_source source;
    ExecOptions options;
    options.deadline = soon();
    options.stop = source.get_token();
    options.on_output = [&](std::string_view, bool) { source.request_stop(); };
    EXPECT_TRUE(session.client.is_usable());
    EXPECT_THROW(session.client.exec(shell("echo go; sleep 600"), options), GuestTimeout);
    EXPECT_FALSE(session.client.is_usable());
}

TEST(Agent, EndsTheConnectionOnRubbish) {
    AgentThread agent;
    const base::Fd host = agent.take_host();
    base::write_all(host.get(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    // After its hello the agent closes: end of file (or reset), not silence.
    try {
        EXPECT_LT(base::read_all(host.get()).size(), 100U);
    } catch (const base::SystemError& error) {
        EXPECT_EQ(error.error_number(), ECONNRESET);
    }
}

TEST(GuestClient, LosesAGuestThatBreaksTheProtocol) {
    for (const std::string& answer :
         {std::string("rubbish that is long enough to be a header"),
          encode(Frame{FrameType::pong, 1, {}}),
          encode(Frame{FrameType::hello, 0, encode(Hello{99, "future"})})}) {
        int pair[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        const base::Fd guest(pair[1]);
        base::write_all(guest.get(), answer);
        EXPECT_THROW(GuestClient(base::Fd(pair[0]), soon()), GuestLost);
    }
}

TEST(GuestClient, GivesUpOnASilentGuest) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const base::Fd guest(pair[1]);
    EXPECT_THROW(GuestClient(base::Fd(pair[0]), std::chrono::steady_clock::now() + 50ms),
                 GuestTimeout);
}

}  // namespace
}  // namespace goldsmith::guest
