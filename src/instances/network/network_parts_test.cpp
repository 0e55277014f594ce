// The pure parts of the network: settings, filter text, DNS messages, refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "instances/network/dns_message.h"
#include "instances/network/filter.h"
#include "instances/network/gateway.h"
#include "instances/network/refusals.h"

namespace goldsmith::instances {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NetworkSettings with_rule(EgressRule rule) {
    NetworkSettings settings;
    settings.egress = {{std::move(rule)}};
    return settings;
}

TEST(NetworkSettings, SaysWhatCannotBeUsed) {
    const auto problem = [](EgressRule rule) { return problem_of(with_rule(std::move(rule))); };
    EXPECT_EQ(problem({.host = "deb.debian.org", .protocol = Protocol::tcp}), "");
    EXPECT_EQ(problem({.host = "*.Debian.org."}), "");
    EXPECT_EQ(problem({.cidr = "10.0.0.0/8", .from_port = 1, .to_port = 65535}), "");
    EXPECT_EQ(problem({.cidr = "203.0.113.7"}), "");
    EXPECT_EQ(problem({.cidr = "0.0.0.0/0"}), "");
    EXPECT_EQ(problem({}), "a rule names either a host or a cidr");
    EXPECT_EQ(problem({.host = "a", .cidr = "10.0.0.1"}), "a rule names either a host or a cidr");
    for (const char* name :
         {"a..b", ".a", "a b", "a;drop", "*", "a*b", "x}\n", "\"", "@set", "-\n"}) {
        EXPECT_NE(problem({.host = name}), "") << name;
    }
    EXPECT_NE(problem({.host = std::string(300, 'a')}), "");
    for (const char* range : {"10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8x", "::1",
                              "10.0.0.1 accept", "1.2.3.4/-1", "1.2.3.4/+8"}) {
        EXPECT_NE(problem({.cidr = range}), "") << range;
    }
    EXPECT_NE(problem({.cidr = "10.0.0.1", .from_port = 2, .to_port = 1}), "");
    EXPECT_NE(problem({.cidr = "10.0.0.1", .from_port = 0, .to_port = 1}), "");
    EXPECT_NE(
        problem({.cidr = "10.0.0.1", .protocol = Protocol::icmp, .from_port = 1, .to_port = 1}),
        "");
    NetworkSettings many;
    many.egress = {EgressList(300, {.cidr = "10.0.0.1"})};
    EXPECT_NE(problem_of(many), "");
    NetworkSettings bridge;
    bridge.mode = NetworkMode::bridge;
    bridge.bridge = "br0";
    bridge.bridge_addresses = {"10.9.0.7/24"};
    EXPECT_EQ(problem_of(bridge), "");
    bridge.bridge_router = "x";
    EXPECT_NE(problem_of(bridge), "");
    bridge.bridge = "br0 up\nlink del eth0";
    EXPECT_NE(problem_of(bridge), "");
}

TEST(NetworkSettings, NamesMatchWholeLabels) {
    EXPECT_TRUE(names({.host = "deb.debian.org"}, "DEB.debian.org."));
    EXPECT_FALSE(names({.host = "debian.org"}, "deb.debian.org"));
    EXPECT_TRUE(names({.host = "*.debian.org"}, "deb.debian.org"));
    EXPECT_TRUE(names({.host = "*.debian.org"}, "a.b.debian.org"));
    EXPECT_FALSE(names({.host = "*.debian.org"}, "debian.org"));
    EXPECT_FALSE(names({.host = "*.debian.org"}, "evildebian.org"));
    EXPECT_FALSE(names({.host = "*.debian.org"}, ".debian.org"));
    EXPECT_FALSE(names({.cidr = "10.0.0.1"}, "10.0.0.1"));
}

TEST(Filter, EveryListHasToAllow) {
    NetworkSettings settings;
    settings.egress = {
        {{.host = "deb.debian.org", .protocol = Protocol::tcp, .from_port = 80, .to_port = 80},
         {.cidr = "10.1.0.0/16", .from_port = 8000, .to_port = 8080}},
        {{.cidr = "0.0.0.0/0", .protocol = Protocol::icmp},
         {.cidr = "203.0.113.7", .protocol = Protocol::udp}}};
    const std::string text = filter_text(settings, {"192.0.2.2"});
    EXPECT_THAT(text, HasSubstr("    ip daddr @names_0_0 tcp dport 80 return\n"
                                "    ip daddr 10.1.0.0/16 meta l4proto { tcp, udp } th dport "
                                "8000-8080 return\n"
                                "    goto refuse\n"));
    EXPECT_THAT(text, HasSubstr("    ip daddr 0.0.0.0/0 meta l4proto icmp return\n"
                                "    ip daddr 203.0.113.7 meta l4proto udp return\n"
                                "    goto refuse\n"));
    EXPECT_THAT(text, HasSubstr("    ip daddr 192.0.2.2 goto refuse\n"
                                "    jump list_0\n    jump list_1\n    accept\n"));
    settings.host_access = true;
    EXPECT_THAT(filter_text(settings, {"192.0.2.2"}), testing::Not(HasSubstr("192.0.2.2")));
}

TEST(Filter, OpensAnAddressForTheRulesOfItsNameOnly) {
    NetworkSettings settings;
    settings.egress = {{{.host = "a.example"}, {.host = "*.example"}, {.host = "b.example"}}};
    const std::string text = opening_text(settings, "a.example", {"203.0.113.7"}, 120);
    EXPECT_THAT(text,
                HasSubstr("add element inet goldsmith names_0_0 { 203.0.113.7 timeout 120s }"));
    EXPECT_THAT(text, HasSubstr("names_0_1 { 203.0.113.7 timeout 120s }"));
    EXPECT_THAT(text, testing::Not(HasSubstr("names_0_2")));
    EXPECT_EQ(opening_text(settings, "c.test", {"203.0.113.7"}, 120), "");
}

TEST(Slirp, KeepsTheHostsLoopbackAndItsNameServerOut) {
    EXPECT_THAT(
        slirp_command("/n", "", 7).arguments,
        ElementsAre("--configure", "--mtu=65520", "--disable-host-loopback", "--disable-dns",
                    "--cidr=198.18.0.0/24", "--ready-fd=7", "--netns-type=path", "/n", "up0"));
    EXPECT_THAT(slirp_command("/n", "/u", 7).arguments, testing::Contains("--userns-path=/u"));
}

/// A query for `name` as a resolver sends it.
std::string query(const std::string& name, std::uint16_t type, std::uint16_t id = 0x1234) {
    std::string message{
        static_cast<char>(id >> 8), static_cast<char>(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    std::size_t at = 0;
    while (at < name.size()) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        message.push_back(static_cast<char>(dot - at));
        message += name.substr(at, dot - at);
        at = dot + 1;
    }
    message += std::string{'\0', '\0', static_cast<char>(type), '\0', 1};
    return message;
}

std::string answer_with(const std::string& question, std::vector<std::string> records) {
    std::string message = question;
    message[2] = static_cast<char>(0x81);
    message[3] = static_cast<char>(0x80);
    message[7] = static_cast<char>(records.size());
    for (const std::string& record : records) {
        message += record;
    }
    return message;
}

const std::string kPointer{"\xC0\x0C", 2};
const std::string kRecordA = kPointer + std::string("\0\1\0\1\0\0\1\x2C\0\4\xCB\0\x71\7", 14);
const std::string kRecordCname = kPointer + std::string("\0\5\0\1\0\0\0\x3C\0\2\xC0\x0C", 12);

TEST(DnsMessage, ReadsQuestionsAndAnswers) {
    EXPECT_EQ(parse_question(query("Deb.Debian.ORG", kTypeA)),
              (DnsQuestion{0x1234, "deb.debian.org", kTypeA}));
    EXPECT_EQ(parse_question(query("", 2))->name, "");
    const auto answer =
        parse_answer(answer_with(query("a.example", kTypeA), {kRecordCname, kRecordA, kRecordA}));
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->addresses, ElementsAre("203.0.113.7", "203.0.113.7"));
    EXPECT_EQ(answer->ttl_seconds, 300U);
    EXPECT_FALSE(parse_answer(query("a.example", kTypeA))) << "it is no answer";
}

TEST(DnsMessage, RefusesWithTheQuestion) {
    const std::string refusal = empty_answer(query("a.example", kTypeA), DnsResult::refused);
    EXPECT_EQ(parse_question(refusal), (DnsQuestion{0x1234, "a.example", kTypeA}));
    EXPECT_EQ(static_cast<unsigned char>(refusal[3]) & 0x0FU, 5U);
    ASSERT_TRUE(parse_answer(refusal));
    EXPECT_THAT(parse_answer(refusal)->addresses, IsEmpty());
}

/// Cuts, flips and noise: the outcome does not matter, reading out of bounds does (ASan looks).
TEST(DnsMessage, SurvivesHostileBytes) {
    std::mt19937 random(1);
    const std::string good = answer_with(query("a.example", kTypeA), {kRecordCname, kRecordA});
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = good.substr(0, random() % (good.size() + 1));
        for (unsigned i = random() % 8; i > 0 && !bytes.empty(); --i) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const auto question = parse_question(bytes);
        const auto answer = parse_answer(bytes);
        if (question) {
            EXPECT_LE(question->name.size(), 253U);
            EXPECT_EQ(parse_question(empty_answer(bytes, DnsResult::refused))->name,
                      question->name);
        }
        if (answer) {
            EXPECT_LE(answer->addresses.size(), 64U);
        }
    }
}

TEST(DnsMessage, LongNamesAndLoopsEnd) {
    std::string loop = query("a", kTypeA);
    loop.replace(12, 3, "\xC0\x0C\0", 3);
    EXPECT_FALSE(parse_question(loop)) << "no compression in a question";
    std::string name = "a";
    while (name.size() < 300) {
        name += ".a";
    }
    EXPECT_FALSE(parse_question(query(name, kTypeA)));
}

TEST(NameServerOf, ReadsResolvConf) {
    EXPECT_THAT(name_servers_of("# c\nnameserver 192.0.2.53\nnameserver ::1\nsearch x\n"
                                "nameserver\t10.0.0.1 # x\noptions y\nnameserver 1\n"),
                ElementsAre("192.0.2.53", "10.0.0.1"));
}

TEST(MayResolve, OnlyNamesOfTheLists) {
    NetworkSettings settings;
    EXPECT_TRUE(may_resolve(settings, "any.example"));
    settings.egress = {{{.cidr = "10.0.0.0/8"}}, {{.host = "a.example"}}};
    EXPECT_TRUE(may_resolve(settings, "a.example"));
    EXPECT_FALSE(may_resolve(settings, "secret.attacker.example"));
    settings.egress = {{}};
    EXPECT_FALSE(may_resolve(settings, "a.example"));
    settings.egress.clear();
    settings.mode = NetworkMode::isolated;
    EXPECT_FALSE(may_resolve(settings, "a.example"));
}

TEST(Refusals, NameTheDestination) {
    std::string packet(28, '\0');
    packet[0] = 0x45;
    packet[9] = 6;
    packet.replace(16, 4, "\xCB\0\x71\7", 4);
    packet.replace(20, 4, "\x30\x39\1\xBB", 4);
    EXPECT_EQ(destination_of(packet), "203.0.113.7:443/tcp");
    packet[9] = 17;
    EXPECT_EQ(destination_of(packet), "203.0.113.7:443/udp");
    packet[9] = 1;
    EXPECT_EQ(destination_of(packet), "203.0.113.7/icmp");
    EXPECT_EQ(destination_of(packet.substr(0, 19)), std::nullopt);
    packet[9] = 6;
    packet[0] = 0x4F;  // options that are not there
    EXPECT_EQ(destination_of(packet), "203.0.113.7/tcp");
    EXPECT_EQ(destination_of(""), std::nullopt);
    for (std::size_t size = 0; size < 64; ++size) {
        packets_of(std::string(size, '\x01'));
        packets_of(std::string(size, '\x7F'));
    }
}

TEST(Refusals, AreToldOnceAndNotForEver) {
    RefusalReport report;
    EXPECT_EQ(report.line("egress to 203.0.113.7:443/tcp", "build"),
              "egress to 203.0.113.7:443/tcp refused by network `build`");
    EXPECT_EQ(report.line("egress to 203.0.113.7:443/tcp", "build"), std::nullopt);
    std::size_t lines = 1;
    for (int i = 0; i < 1000; ++i) {
        lines += report.line("egress to " + std::to_string(i), "build") ? 1 : 0;
    }
    EXPECT_EQ(lines, RefusalReport::kMostLines + 1);
}

}  // namespace
}  // namespace goldsmith::instances
