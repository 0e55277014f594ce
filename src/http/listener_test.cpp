// The listener over real sockets on port 0: raw bytes in, raw bytes out, and the client of this
// folder.

#include "http/listener.h"

#include "base/error.h"
#include "http/client.h"
#include "http/raw_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <future>
#include <thread>

namespace goldsmith::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

Response echo(const Request& request) {
    return {200, {{"X-Method", request.method}, {"X-Path", request.raw_path}}, request.body + "."};
}

TEST(Listener, ReportsItsPortAndAnswers) {
    Listener listener({}, echo);
    EXPECT_NE(listener.port(), 0);
    EXPECT_EQ(listener.url(), "http://127.0.0.1:" + std::to_string(listener.port()));
    Client client({.endpoint = listener.url(), .credentials = {}});
    const auto response = client.call("", "", "PUT", "/a/../b?c=d", {}, "hello");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello.");
    EXPECT_EQ(response.headers.get("x-method"), "PUT");
    EXPECT_EQ(response.headers.get("x-path"), "/a/../b");
}

TEST(Listener, RefusesAnAddressInUse) {
    Listener first({}, echo);
    try {
        Listener second({.port = first.port()}, echo);
        FAIL() << "bound twice";
    } catch (const base::SystemError& error) {
        EXPECT_THAT(error.what(), HasSubstr("listen on 127.0.0.1:" + std::to_string(first.port())));
    }
    EXPECT_THROW(Listener({.host = "no such host."}, echo), base::Error);
}

TEST(Listener, KeepsAConnectionAndTakesPipelinedRequests) {
    Listener listener({}, echo);
    RawClient client(listener.port());
    client.send(
        "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
        "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\ncd");
    EXPECT_THAT(client.read_until("cd."), HasSubstr("ab."));
    client.send("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_all(), testing::AllOf(HasSubstr("X-Path: /3"), HasSubstr("[CLOSED]")));
}

TEST(Listener, SendsNoBodyForHead) {
    Listener listener({}, echo);
    RawClient client(listener.port());
    client.send("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto answer = client.read_all();
    EXPECT_THAT(answer, HasSubstr("Content-Length: 1\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\n[CLOSED]"));
}

TEST(Listener, AnswersExpectContinue) {
    Listener listener({}, echo);
    RawClient client(listener.port());
    client.send("PUT /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
    client.send("ab");
    EXPECT_THAT(client.read_until("ab."), StartsWith("HTTP/1.1 200"));
}

TEST(Listener, TakesChunkedTransfers) {
    Listener listener({}, echo);
    RawClient client(listener.port());
    client.send(
        "PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
    EXPECT_THAT(client.read_until("abcde."), StartsWith("HTTP/1.1 200"));
}

TEST(Listener, CannotBeTalkedIntoAnotherHeader) {
    Listener listener({}, [](const Request&) -> Response {
        return {200, {{"X-Name", "a\r\nX-Other: b"}}, ""};
    });
    Client client({.endpoint = listener.url(), .credentials = {}});
    const auto response = client.call("", "", "GET", "/", {}, "");
    EXPECT_FALSE(response.headers.contains("X-Other"));
    EXPECT_EQ(response.headers.get("X-Name"), "a  X-Other: b");
}

TEST(Listener, RefusesWhatIsTooLarge) {
    Listener listener({.max_header_bytes = 2000, .max_body_bytes = 1000}, echo);
    RawClient declared(listener.port());
    declared.send("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" +
                  std::string(1001, 'x'));
    EXPECT_THAT(declared.read_all(),
                testing::AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("larger than 1000 bytes")));

    RawClient chunked(listener.port());
    chunked.send("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                 std::string(1001, 'x') + "\r\n0\r\n\r\n");
    EXPECT_THAT(chunked.read_all(), StartsWith("HTTP/1.1 413"));

    RawClient headers(listener.port());
    headers.send("GET /x HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(3000, 'x') + "\r\n\r\n");
    EXPECT_THAT(headers.read_all(), StartsWith("HTTP/1.1 431"));
}

TEST(Listener, AnswersARefusalEvenWhenTheClientGoesOnSending) {
    Listener listener({.max_body_bytes = 1000}, echo);
    Client client({.endpoint = listener.url(), .credentials = {}});
    EXPECT_EQ(client.call("", "", "PUT", "/", {}, std::string(20'000'000, 'x')).status, 413);
}

TEST(Listener, RefusesWhatIsNotHttp) {
    Listener listener({}, echo);
    for (const std::string text :
         {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n",
          "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "GET / HTTP/1.1\r\nNo colon\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"}) {
        RawClient client(listener.port());
        client.send(text);
        EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 400")) << text;
    }
    RawClient still_there(listener.port());
    still_there.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_THAT(still_there.read_all(), StartsWith("HTTP/1.0 200"));
}

TEST(Listener, DropsSlowClients) {
    Listener listener({.idle_timeout = milliseconds(50),
                       .header_timeout = milliseconds(50),
                       .body_timeout = milliseconds(50)},
                      echo);
    for (const auto* said : {"", "GET / HT", "PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"}) {
        RawClient client(listener.port());
        client.send(said);
        EXPECT_EQ(client.read_all(), "[CLOSED]") << said;
    }
}

TEST(Listener, MakesRoomByClosingTheLongestIdleConnection) {
    Listener listener({.max_connections = 2}, echo);
    RawClient first(listener.port());
    first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_THAT(first.read_until("\r\n\r\n."), StartsWith("HTTP/1.1 200"));
    RawClient second(listener.port());
    second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_THAT(second.read_until("\r\n\r\n."), StartsWith("HTTP/1.1 200"));
    RawClient third(listener.port());
    third.send("GET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(third.read_until("\r\n\r\n."), HasSubstr("X-Path: /3"));
    EXPECT_EQ(first.read_all(), "[CLOSED]");
}

TEST(Listener, AnswersManyClientsAtOnce) {
    Listener listener({}, echo);
    std::vector<std::thread> clients;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            Client client({.endpoint = listener.url(), .credentials = {}});
            for (int n = 0; n < 25; ++n) {
                answered += client.call("", "", "GET", "/", {}, "").status == 200 ? 1 : 0;
            }
        });
    }
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_EQ(answered, 200);
}

TEST(Listener, StopFinishesWhatIsUnderWayAndClosesTheRest) {
    std::promise<void> entered;
    std::promise<void> leave;
    Listener listener({}, [&](const Request& request) -> Response {
        entered.set_value();
        leave.get_future().wait();
        return {200, {}, "finished " + request.raw_path};
    });
    RawClient idle(listener.port());
    RawClient busy(listener.port());
    busy.send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().wait();
    std::thread stopper([&] { listener.stop(); });
    EXPECT_EQ(idle.read_all(), "[CLOSED]");
    EXPECT_FALSE(RawClient(listener.port()).connected());
    leave.set_value();
    EXPECT_THAT(busy.read_all(), testing::AllOf(HasSubstr("finished /busy"), HasSubstr("[CLOSED]"),
                                                HasSubstr("Connection: close")));
    stopper.join();
    listener.stop();
}

TEST(Listener, StopDoesNotWaitForAClientThatNeverFinishes) {
    auto listener =
        std::make_unique<Listener>(ListenOptions{.stop_timeout = milliseconds(50)}, echo);
    RawClient half(listener->port());
    half.send("PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf");
    RawClient probe(listener->port());
    probe.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_THAT(probe.read_until("\r\n\r\n."), StartsWith("HTTP/1.1 200"));
    const auto begin = std::chrono::steady_clock::now();
    listener.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    EXPECT_EQ(half.read_all(), "[CLOSED]");
}

TEST(Client, NamesTheEndpointThatDoesNotAnswer) {
    std::string url;
    {
        const Listener listener({}, echo);
        url = listener.url();
    }
    Client client({.endpoint = url, .credentials = {}});
    try {
        client.call("", "", "GET", "/x", {}, "");
        FAIL() << "answered";
    } catch (const base::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("GET " + url + "/x"));
    }
}

TEST(Client, BoundsTheAnswer) {
    const Listener listener({}, [](const Request&) -> Response {
        return {200, {}, std::string(1001, 'x')};
    });
    Client client({.endpoint = listener.url(), .credentials = {}, .max_answer_bytes = 1000});
    EXPECT_THROW(client.call("", "", "GET", "/x", {}, ""), base::Error);
}

}  // namespace
}  // namespace goldsmith::http
