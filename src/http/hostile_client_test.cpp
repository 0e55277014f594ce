// Clients that mean harm or are broken: what they send and do not send costs the others nothing.

#include "http/listener.h"
#include "http/raw_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <thread>
#include <vector>

namespace goldsmith::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kRequest = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

Response echo(const Request& request) {
    return {200, {{"X-Size", std::to_string(request.body.size())}}, "ok."};
}

std::string ask(const Listener& listener) {
    RawClient client(listener.port());
    client.send(kRequest);
    return client.read_all();
}

// Opened one after the other, so that the listener has each before the next.
std::vector<std::unique_ptr<RawClient>> open_and_say(const Listener& listener, int count,
                                                     std::string_view text) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawClient>(listener.port()));
        clients.back()->send(text);
    }
    return clients;
}

TEST(HostileClient, ThatNeverEndsItsHeadersKeepsNobodyOut) {
    Listener listener({.max_connections = 8}, echo);
    const auto slow = open_and_say(listener, 20, "GET / HTTP/1.1\r\nX: ");
    EXPECT_THAT(ask(listener), HasSubstr("200 OK"));
}

TEST(HostileClient, ThatSaysNothingKeepsNobodyOut) {
    Listener listener({.max_connections = 8}, echo);
    const auto silent = open_and_say(listener, 20, "");
    EXPECT_THAT(ask(listener), HasSubstr("200 OK"));
}

TEST(HostileClient, ThatTricklesIsDroppedAfterTheTimeForAllHeaders) {
    Listener listener({.header_timeout = milliseconds(100)}, echo);
    RawClient client(listener.port());
    client.send("GET / HTTP/1.1\r\n");
    std::string answer;
    for (int i = 0; i < 1000 && !answer.ends_with("[CLOSED]"); ++i) {
        client.send("X: y\r\n");  // each byte is in time; all of them are not
        answer = client.read_for(milliseconds(10));
    }
    EXPECT_THAT(answer, testing::EndsWith("[CLOSED]"));
}

TEST(HostileClient, ThatNeverSendsItsBodyIsDropped) {
    Listener listener({.body_timeout = milliseconds(100)}, echo);
    RawClient client(listener.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_THAT(client.read_all(), HasSubstr("[CLOSED]"));
}

TEST(HostileClient, ThatClosesHalfTheConnectionGetsItsAnswer) {
    Listener listener({}, echo);
    RawClient client(listener.port());
    client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    client.shut_down_sending();
    EXPECT_THAT(client.read_all(), HasSubstr("ok."));
    RawClient cut(listener.port());
    cut.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    cut.shut_down_sending();
    EXPECT_THAT(cut.read_all(), HasSubstr("[CLOSED]"));
}

TEST(HostileClient, ThatDoesNotReadItsAnswerIsDropped) {
    Listener listener({.max_connections = 1, .write_timeout = milliseconds(100)},
                      [](const Request& request) {
                          const bool large = request.raw_path == "/large";
                          return Response{200, {}, large ? std::string(64UL << 20, 'x') : "ok."};
                      });
    RawClient deaf(listener.port());
    deaf.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(ask(listener), HasSubstr("200 OK"));  // in the place of the other
}

TEST(HostileClient, ThatPipelinesAFloodIsAnsweredOneByOne) {
    std::atomic<int> at_once = 0;
    std::atomic<int> most = 0;
    Listener listener({.worker_threads = 4}, [&](const Request&) {
        most = std::max(most.load(), ++at_once);
        --at_once;
        return Response{200, {}, "ok."};
    });
    RawClient client(listener.port());
    constexpr int requests = 5000;
    std::jthread sender([&] {
        std::string flood;
        for (int i = 1; i < requests; ++i) {
            flood += "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";
        }
        client.send(flood + kRequest);
    });
    const auto answers = client.read_all();
    int count = 0;
    for (std::size_t at = 0; (at = answers.find("200 OK", at)) != std::string::npos; ++at) {
        ++count;
    }
    EXPECT_EQ(count, requests);
    EXPECT_EQ(most, 1);
}

TEST(HostileClient, ThatSendsEndlessHeadersIsRefused) {
    Listener listener({.max_header_bytes = 4096}, echo);
    RawClient one(listener.port());
    one.send("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
    EXPECT_THAT(one.read_all(), StartsWith("HTTP/1.1 431"));
    RawClient many(listener.port());
    std::string lines = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 10'000; ++i) {
        lines += "X: y\r\n";
    }
    many.send(lines);
    EXPECT_THAT(many.read_all(), StartsWith("HTTP/1.1 431"));
    RawClient line(listener.port());
    line.send("GET /" + std::string(100'000, 'x'));
    EXPECT_THAT(line.read_all(), StartsWith("HTTP/1.1 431"));
}

constexpr const char* kChunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HostileClient, ThatSendsBrokenChunksIsRefused) {
    Listener listener({}, echo);
    for (const char* body : {"x\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "\r\n"}) {
        RawClient client(listener.port());
        client.send(std::string(kChunked) + body);
        EXPECT_THAT(client.read_all(),
                    testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 413")))
            << body;
    }
    EXPECT_THAT(ask(listener), HasSubstr("200 OK"));
}

TEST(HostileClient, ThatSendsEndlessChunksIsRefused) {
    Listener listener({.max_body_bytes = 1000}, echo);
    RawClient client(listener.port());
    std::string chunks = kChunked;
    for (int i = 0; i < 1001; ++i) {
        chunks += "1\r\nx\r\n";
    }
    client.send(chunks);
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413"));
}

TEST(HostileClient, ThatSendsAnEndlessChunkHeadOrTrailerIsRefusedOrDropped) {
    Listener listener({.max_header_bytes = 4096, .body_timeout = milliseconds(500)}, echo);
    for (const char* begin : {"1;x=", "1\r\nx\r\n0\r\nX: ", "2\r\nabc\r\n"}) {
        RawClient client(listener.port());
        client.send(std::string(kChunked) + begin + std::string(200'000, 'x'));
        EXPECT_THAT(client.read_all(), testing::Not(HasSubstr("200 OK"))) << begin;
    }
}

TEST(HostileClient, ThatSmugglesALengthIsRefused) {
    Listener listener({}, echo);
    for (const char* head : {"Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -1\r\n",
                             "Content-Length: 99999999999999999999\r\n", "Content-Length: 1x\r\n",
                             "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"}) {
        RawClient client(listener.port());
        client.send("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(head) + "\r\nabc");
        EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 4")) << head;
    }
}

TEST(HostileClient, ThatTakesTooManyConnectionsIsTurnedAway) {
    Listener listener({.max_connections_per_address = 3}, echo);
    std::vector<std::unique_ptr<RawClient>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<RawClient>(listener.port()));
        held.back()->send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(held.back()->read_until("ok."), HasSubstr("200 OK"));
    }
    RawClient fourth(listener.port());
    fourth.send(kRequest);
    EXPECT_THAT(fourth.read_all(), testing::StartsWith("[CLOSED]"));
    held.front()->send(kRequest);  // those that are there go on, and make room when they leave
    EXPECT_THAT(held.front()->read_all(), HasSubstr("200 OK"));
    held.clear();
    std::string answer;
    for (int i = 0; i < 1000 && !answer.starts_with("HTTP/1.1 200"); ++i) {
        answer = ask(listener);
    }
    EXPECT_THAT(answer, HasSubstr("200 OK"));
}

TEST(HostileClient, RequestsThatWaitedTooLongForAHandlerAreShed) {
    std::atomic<bool> go = false;
    const ListenOptions options{.worker_threads = 1, .queue_timeout = milliseconds(50)};
    Listener listener(options, [&](const Request& request) {
        while (request.raw_path == "/slow" && !go) {
            std::this_thread::yield();
        }
        const auto end = std::chrono::steady_clock::now() + milliseconds(200);
        while (request.raw_path == "/slow" && std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        return Response{200, {}, "ok."};
    });
    RawClient slow(listener.port());
    slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    RawClient waiting(listener.port());
    waiting.send(kRequest);
    go = true;
    EXPECT_THAT(slow.read_until("ok."), HasSubstr("200 OK"));
    EXPECT_THAT(waiting.read_all(), StartsWith("HTTP/1.1 503"));
}

}  // namespace
}  // namespace goldsmith::http
