#include "guest/net/answer_parser.h"

#include <gtest/gtest.h>

#include "guest/net/connection.h"

namespace goldsmith::guest {
namespace {

HttpAnswer parse(std::string_view text, std::size_t piece, bool head = false) {
    AnswerParser parser({}, head, {});
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        parser.feed(text.substr(0, piece));
    }
    parser.end_of_input();
    EXPECT_TRUE(parser.done());
    return parser.take_answer();
}

class Pieces : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Pieces, GiveTheSameAnswer) {
    HttpAnswer answer = parse(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 Fine\r\nX-Name:  value \r\nContent-Length: 4\r\n\r\nbody",
        GetParam());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.reason, "Fine");
    EXPECT_EQ(answer.header("x-NAME"), "value");
    EXPECT_EQ(answer.header("Link"), "");
    EXPECT_EQ(answer.body, "body");
    answer = parse(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4;ext=1\r\nbody\r\n2\r\n!!\r\n0\r\nTrailer: x\r\n\r\n",
        GetParam());
    EXPECT_EQ(answer.body, "body!!");
    EXPECT_EQ(parse("HTTP/1.0 404 No\r\n\r\nuntil the end", GetParam()).body, "until the end");
    EXPECT_EQ(parse("HTTP/1.1 204 No\r\n\r\n", GetParam()).body, "");
    EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", GetParam(), true).status, 200);
}

INSTANTIATE_TEST_SUITE_P(OfAnySize, Pieces, ::testing::Values(1, 2, 3, 7, 64, 4096));

TEST(AnswerParser, IncompleteAnswersAreConnectionFailures) {
    for (const char* text :
         {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"}) {
        EXPECT_THROW(parse(text, 100), ConnectionFailure) << text;
    }
}

TEST(AnswerParser, WhatIsNoHttpIsAProtocolFailure) {
    for (const char* text :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"}) {
        EXPECT_THROW(parse(text, 5), ProtocolFailure) << text;
    }
}

TEST(AnswerParser, EndlessThingsEnd) {
    const std::string starts[] = {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 ",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "};
    for (const std::string& start : starts) {
        AnswerParser parser({}, false, {});
        parser.feed(start);
        const std::string flood(4096, 'x');
        EXPECT_THROW(
            {
                for (int i = 0; i < 1000; ++i) {
                    parser.feed(flood);
                }
            },
            ProtocolFailure)
            << start;
    }
    AnswerParser fields({}, false, {});
    fields.feed("HTTP/1.1 200 OK\r\n");
    EXPECT_THROW(
        {
            for (int i = 0; i < 20'000; ++i) {
                fields.feed("A: b\r\n");
            }
        },
        ProtocolFailure);
    AnswerParser informational({}, false, {});
    EXPECT_THROW(
        {
            for (int i = 0; i < 100; ++i) {
                informational.feed("HTTP/1.1 102 Wait\r\n\r\n");
            }
        },
        ProtocolFailure);
}

TEST(AnswerParser, BodiesThatNobodyTakesAreBounded) {
    AnswerParser parser({}, false, {});
    parser.feed("HTTP/1.1 500 No\r\n\r\n");
    const std::string flood(65536, 'x');
    EXPECT_THROW(
        {
            for (int i = 0; i < 100; ++i) {
                parser.feed(flood);
            }
        },
        ProtocolFailure);
}

TEST(AnswerParser, TheSinkIsChosenByTheHead) {
    std::string taken;
    const ChooseSink choose = [&](const HttpAnswer& head) -> BodySink {
        return head.status == 200 ? BodySink([&](std::string_view piece) { taken += piece; })
                                  : BodySink();
    };
    AnswerParser good({}, false, choose);
    good.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
    EXPECT_EQ(taken, "ab");
    EXPECT_TRUE(good.may_continue());
    AnswerParser bad({}, false, choose);
    bad.feed("HTTP/1.1 403 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\ncd");
    EXPECT_EQ(taken, "ab");
    EXPECT_FALSE(bad.may_continue());
    EXPECT_EQ(bad.take_answer().body, "cd");
}

}  // namespace
}  // namespace goldsmith::guest
