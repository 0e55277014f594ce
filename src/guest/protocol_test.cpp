#include "guest/protocol.h"

#include <gtest/gtest.h>

#include "guest/messages.h"

namespace goldsmith::guest {
namespace {

std::string from_hex(std::string_view text) {
    std::string bytes;
    std::string digits;
    for (const char c : text) {
        if (c != ' ') {
            digits.push_back(c);
        }
        if (digits.size() == 2) {
            bytes.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
            digits.clear();
        }
    }
    return bytes;
}

// The examples of docs/formats/guest-protocol.md, byte for byte.
TEST(GuestProtocol, WritesTheGoldenBytes) {
    EXPECT_EQ(encode(Frame{FrameType::ping, 7, "hi"}), from_hex("02000000 0d 07000000 6869"));
    EXPECT_EQ(encode(Frame{FrameType::hello, 0, encode(Hello{1, "toe"})}),
              from_hex("0d000000 01 00000000 474d5354 0100 03000000 746f65"));
    EXPECT_EQ(
        encode(Frame{FrameType::exec, 1, encode(ExecRequest{{"true"}, {}, "/", false})}),
        from_hex("19000000 02 01000000 01000000 04000000 74727565 00000000 01000000 2f 00000000"));
}

TEST(GuestProtocol, ReadsFramesHoweverTheyAreCut) {
    const std::string bytes = encode(Frame{FrameType::ping, 7, "hi"}) +
                              encode(Frame{FrameType::stdin_data, 8, ""}) +
                              encode(Frame{FrameType::data, 9, std::string(1000, 'x')});
    for (std::size_t step = 1; step < bytes.size(); step += 7) {
        FrameReader reader;
        std::vector<Frame> frames;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            reader.feed(std::string_view(bytes).substr(at, step));
            while (auto frame = reader.next()) {
                frames.push_back(*frame);
            }
        }
        ASSERT_EQ(frames.size(), 3U) << "cut every " << step << " bytes";
        EXPECT_EQ(frames[0], (Frame{FrameType::ping, 7, "hi"}));
        EXPECT_EQ(frames[1], (Frame{FrameType::stdin_data, 8, ""}));
        EXPECT_EQ(frames[2].payload.size(), 1000U);
        EXPECT_EQ(reader.buffered_bytes(), 0U);
    }
}

TEST(GuestProtocol, RefusesAFrameThatIsTooLongBeforeItArrives) {
    FrameReader reader;
    reader.feed(from_hex("01000400 0d 01000000"));
    EXPECT_THROW(reader.next(), ProtocolError);
    EXPECT_THROW(encode(Frame{FrameType::data, 1, std::string(kMaxPayloadBytes + 1, 'x')}),
                 ProtocolError);
}

TEST(GuestProtocol, RefusesAnUnknownType) {
    for (const char* bytes :
         {"00000000 00 01000000", "00000000 11 01000000", "00000000 ff 01000000"}) {
        FrameReader reader;
        reader.feed(from_hex(bytes));
        EXPECT_THROW(reader.next(), ProtocolError) << bytes;
    }
}

TEST(GuestMessages, ComeBackAsTheyWere) {
    const ExecRequest exec{{"sh", "-c", "echo hi"}, {"A=b", "EMPTY="}, "/tmp", true};
    EXPECT_EQ(decode_exec(encode(exec)), exec);
    EXPECT_EQ(decode_exited(encode(Exited{-1, 9})), (Exited{-1, 9}));
    EXPECT_EQ(decode_put_file(encode(PutFileRequest{"/run/x", 0755})),
              (PutFileRequest{"/run/x", 0755}));
    EXPECT_EQ(decode_get_file(encode(GetFileRequest{"/run/x", 1ULL << 40})),
              (GetFileRequest{"/run/x", 1ULL << 40}));
    EXPECT_EQ(decode_signal(encode_signal(15)), 15);
}

TEST(GuestMessages, EveryTruncationIsRefused) {
    const std::string whole = encode(ExecRequest{{"sh", "-c"}, {"A=b"}, "/tmp", true});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THROW(decode_exec(std::string_view(whole).substr(0, size)), ProtocolError) << size;
    }
    EXPECT_THROW(decode_exec(whole + "x"), ProtocolError);
}

TEST(GuestMessages, HostilePayloadsAreRefused) {
    EXPECT_THROW(decode_exec(from_hex("ffffffff 00000000 00000000 00000000")), ProtocolError);
    EXPECT_THROW(decode_exec(from_hex("00000000 00000000 00000000 00000000")), ProtocolError);
    EXPECT_THROW(decode_exec(encode(ExecRequest{{"a", std::string("b\0c", 3)}, {}, "/", false})),
                 ProtocolError);
    EXPECT_THROW(decode_exec(encode(ExecRequest{{"a"}, {"NOEQUALS"}, "/", false})), ProtocolError);
    EXPECT_THROW(decode_hello("HTTP/1.1 200 OK"), ProtocolError);
    EXPECT_THROW(decode_signal(encode_signal(0)), ProtocolError);
    EXPECT_THROW(decode_signal(encode_signal(65)), ProtocolError);
}

}  // namespace
}  // namespace goldsmith::guest
