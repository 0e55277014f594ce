// The metadata service: tokens, listings, values, refusals; and the sockets in front of it.
#include "runner/metadata_service.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/json.hpp>
#include <random>

#include "base/error.h"
#include "runner/guest_network.h"
#include "runner/guest_services.h"

namespace goldsmith::runner {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kRole = "meta-data/iam/security-credentials/builder";

api::runner::RunSpec example() {
    api::runner::RunSpec spec;
    spec.instance_id = "i-0123456789abcdef0";
    spec.instance_type = "m5.large";
    spec.driver = api::runner::Driver::container;
    spec.region = "us-east-1";
    spec.account_id = "123456789012";
    spec.user_data = "IyEvYmluL3NoCg==";
    api::runner::MetadataFacts facts;
    facts.image_id = "ami-0123456789abcdef0";
    facts.availability_zone = "us-east-1a";
    facts.launch_time = *base::parse_iso8601("2026-11-25T22:00:00Z");
    facts.instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/build";
    facts.instance_profile_id = "AIPAEXAMPLE";
    facts.role_name = "builder";
    facts.security_groups = {{"web", "db"}};
    facts.tags = {{{"Name", "build"}, {"a/b", "hidden"}, {"mit Umlaut", "hidden"}}};
    spec.metadata = facts;
    return spec;
}

class MetadataServiceTest : public testing::Test {
protected:
    MetadataService service(bool tokens_required = false) {
        auto spec = example();
        spec.metadata->tokens_required = tokens_required;
        return {spec, [this] { return credentials_; }, clock_, "secret"};
    }
    static MetadataAnswer ask(const MetadataService& service, const std::string& method,
                              const std::string& target,
                              std::map<std::string, std::string> headers = {}) {
        return service.answer({method, target, std::move(headers)});
    }
    static std::string get(const MetadataService& service, const std::string& path) {
        const auto answer = ask(service, "GET", "/latest/" + path);
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }

    base::FakeClock clock_{*base::parse_iso8601("2026-11-25T22:10:00Z")};
    std::optional<api::runner::RoleCredentials> credentials_;
};

TEST_F(MetadataServiceTest, AnswersTheFacts) {
    const auto plain = service();
    const std::pair<const char*, const char*> rows[] = {
        {"meta-data/ami-id", "ami-0123456789abcdef0"},
        {"meta-data/instance-id", "i-0123456789abcdef0"},
        {"meta-data/instance-type", "m5.large"},
        {"meta-data/hostname", "ip-10-0-2-100.internal"},
        {"meta-data/local-ipv4", "10.0.2.100"},
        {"meta-data/placement/availability-zone", "us-east-1a"},
        {"meta-data/placement/region", "us-east-1"},
        {"meta-data/placement", "availability-zone\nregion"},
        {"meta-data/placement/", "availability-zone\nregion"},
        {"meta-data/services/domain", "amazonaws.com"},
        {"meta-data/security-groups", "web\ndb"},
        {"meta-data/tags", "instance/"},
        {"meta-data/tags/instance", "Name"},
        {"meta-data/tags/instance/Name", "build"},
        {"meta-data/iam", "info\nsecurity-credentials/"},
        {"meta-data/iam/security-credentials/", "builder"},
        {"user-data", "#!/bin/sh\n"},
        {"", "dynamic/\nmeta-data/\nuser-data"},
        {"dynamic/instance-identity/", "document"},
        {"meta-data/public-keys/", "404"},
        {"meta-data/nothing", "404"},
        {"meta-data/ami-id/x", "404"},
        {"meta-data/tags/instance/a/b", "404"},
        {"../etc/passwd", "404"}};
    for (const auto& [path, wanted] : rows) {
        EXPECT_EQ(get(plain, path), wanted) << path;
    }
    EXPECT_THAT(get(plain, "meta-data"), HasSubstr("\niam/\n"));
    EXPECT_EQ(ask(plain, "GET", "/").body, "1.0\n2021-07-15\nlatest");
    EXPECT_EQ(ask(plain, "GET", "/2021-07-15/meta-data/ami-id").body, "ami-0123456789abcdef0");
    EXPECT_EQ(ask(plain, "GET", "/newest/meta-data/ami-id").status, 404U);
    EXPECT_EQ(ask(plain, "HEAD", "/latest/meta-data/ami-id").status, 200U);
    const auto document =
        boost::json::parse(get(plain, "dynamic/instance-identity/document")).as_object();
    EXPECT_EQ(document.at("accountId"), "123456789012");
    EXPECT_EQ(document.at("pendingTime"), "2026-11-25T22:00:00Z");
}

TEST_F(MetadataServiceTest, TokensAreWantedMadeAndEnd) {
    const auto strict = service(true);
    const std::string path = "/latest/meta-data/ami-id";
    EXPECT_EQ(ask(strict, "GET", path).status, 401U);
    const auto made =
        ask(strict, "PUT", "/latest/api/token", {{"x-aws-ec2-metadata-token-ttl-seconds", "60"}});
    ASSERT_EQ(made.status, 200U);
    EXPECT_EQ(made.headers.at("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"), "60");
    EXPECT_EQ(made.hop_limit, 1);
    const auto with = [&](const MetadataService& one, const std::string& token) {
        return ask(one, "GET", path, {{"x-aws-ec2-metadata-token", token}}).status;
    };
    EXPECT_EQ(with(strict, made.body), 200U);
    EXPECT_EQ(with(strict, made.body + "0"), 401U);
    EXPECT_EQ(with(strict, "9" + made.body), 401U) << "a longer life, the same signature";
    EXPECT_EQ(with(strict, ""), 401U);
    EXPECT_EQ(with(service(), "rubbish"), 401U)
        << "a wrong token is refused even where none is wanted";
    clock_.advance(61s);
    EXPECT_EQ(with(strict, made.body), 401U);
}

TEST_F(MetadataServiceTest, TokenRequestsAreChecked) {
    const auto plain = service();
    const auto status = [&](std::map<std::string, std::string> headers) {
        return ask(plain, "PUT", "/latest/api/token", std::move(headers)).status;
    };
    const std::string ttl = "x-aws-ec2-metadata-token-ttl-seconds";
    EXPECT_EQ(status({}), 400U);
    for (const char* wrong : {"", "0", "-1", "21601", "1.5", " 60", "99999999999999999999", "x"}) {
        EXPECT_EQ(status({{ttl, wrong}}), 400U) << wrong;
    }
    EXPECT_EQ(status({{ttl, "21600"}}), 200U);
    EXPECT_EQ(status({{ttl, "60"}, {"x-forwarded-for", "10.0.0.1"}}), 403U);
    EXPECT_EQ(ask(plain, "GET", "/latest/api/token").status, 405U);
    EXPECT_EQ(ask(plain, "PUT", "/latest/meta-data/ami-id").status, 403U);
    EXPECT_EQ(ask(plain, "POST", "/latest/meta-data/ami-id").status, 405U);
    EXPECT_EQ(ask(plain, "DELETE", "/").status, 405U);
    EXPECT_EQ(ask(plain, "GET", "/latest/" + std::string(3000, 'a')).status, 414U);
}

TEST_F(MetadataServiceTest, CredentialsComeAndChange) {
    const auto plain = service();
    EXPECT_EQ(get(plain, kRole), "404") << "they are not there yet";
    credentials_.emplace();
    credentials_->last_updated = clock_.now();
    credentials_->problem = "the role does not trust ec2.amazonaws.com";
    EXPECT_THAT(get(plain, kRole), HasSubstr("AssumeRoleUnauthorizedAccess"));
    credentials_->access_key_id = "ASIAEXAMPLE";
    credentials_->secret_access_key = "s";
    credentials_->session_token = "t";
    credentials_->expiration = clock_.now() + 1h;
    const auto answer = boost::json::parse(get(plain, kRole)).as_object();
    EXPECT_EQ(answer.at("Code"), "Success");
    EXPECT_EQ(answer.at("AccessKeyId"), "ASIAEXAMPLE");
    EXPECT_EQ(answer.at("Expiration"), "2026-11-25T23:10:00Z");
    EXPECT_EQ(get(plain, "meta-data/iam/security-credentials/other"), "404");
}

TEST_F(MetadataServiceTest, SurvivesHostileTargets) {
    const auto plain = service();
    std::mt19937 random(1);
    const std::string seed = "/latest/meta-data/iam/security-credentials/builder?%2e%2E//";
    for (int round = 0; round < 20'000; ++round) {
        std::string target = seed.substr(0, random() % (seed.size() + 1));
        for (auto i = random() % 6; i > 0 && !target.empty(); --i) {
            target[random() % target.size()] = static_cast<char>(random());
        }
        const auto status = ask(plain, "GET", target).status;
        EXPECT_TRUE(status == 200 || status == 404 || status == 405) << status;
    }
}

TEST(Endpoints, AreTakenApart) {
    EXPECT_EQ(parse_endpoint("http://127.0.0.1:8080"), (ApiEndpoint{"127.0.0.1", 8080, false}));
    EXPECT_EQ(parse_endpoint("https://[::1]:8443\n"), (ApiEndpoint{"::1", 8443, true}));
    EXPECT_EQ(parse_endpoint("http://0.0.0.0:80"), (ApiEndpoint{"127.0.0.1", 80, false}));
    for (const char* wrong :
         {"", "http://", "http://a", "ftp://a:1", "http://a:0", "http://a:70000"}) {
        EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
    }
}

TEST(NetworkEnvironment, SaysWhereTheApiIsUnlessTheRunKnowsBetter) {
    auto spec = example();
    spec.api_endpoint_file = "/data/endpoint";
    auto values = network_environment(spec);
    EXPECT_EQ(values["AWS_ENDPOINT_URL"], "http://169.254.170.2");
    EXPECT_EQ(values["AWSTOE_IMAGEBUILDER_ENDPOINT"], "http://169.254.170.2");
    EXPECT_EQ(values["AWS_REGION"], "us-east-1");
    EXPECT_FALSE(values.contains("AWS_EC2_METADATA_DISABLED"));
    EXPECT_FALSE(values.contains("http_proxy"));
    spec.network.emplace();
    spec.network->proxy = "http://127.0.0.1:3142";
    EXPECT_EQ(network_environment(spec)["http_proxy"], "http://169.254.170.2:3128")
        << "the host's loopback is no address of the guest's";
    spec.environment = {{{"AWS_ENDPOINT_URL", "http://192.0.2.1"}}};
    spec.metadata.reset();
    values = network_environment(spec);
    EXPECT_EQ(values["AWS_ENDPOINT_URL"], "http://192.0.2.1");
    EXPECT_EQ(values["AWS_EC2_METADATA_DISABLED"], "true");
}

TEST(NetworkSettingsOfARun, CarryEveryRule) {
    auto spec = example();
    spec.network.emplace();
    spec.network->name = "build";
    spec.network->mode = api::runner::NetworkMode::isolated;
    api::runner::EgressRule rule;
    rule.cidr = "10.0.0.0/8";
    rule.protocol = api::runner::EgressProtocol::udp;
    rule.from_port = rule.to_port = 53;
    api::runner::EgressList list;
    list.rules = {rule};
    spec.network->egress = {{list, {}}};
    const auto settings = network_settings(spec);
    EXPECT_EQ(settings.mode, instances::NetworkMode::isolated);
    ASSERT_EQ(settings.egress.size(), 2U);
    EXPECT_TRUE(settings.egress[1].empty());
    EXPECT_EQ(settings.egress[0][0].protocol, instances::Protocol::udp);
    EXPECT_EQ(settings.egress[0][0].to_port, 53);
    spec.network->egress->front().rules[0].to_port = 65536;
    EXPECT_THROW(network_settings(spec), base::Error);
}

/// Listeners on loopback instead of in a gateway.
class GuestServicesTest : public testing::Test {
protected:
    static std::pair<base::Fd, std::uint16_t> listener() {
        base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof own;
        if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&own), sizeof own) != 0 ||
            ::listen(fd.get(), 128) != 0 ||
            ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
            throw base::SystemError("listen");
        }
        return {std::move(fd), ntohs(own.sin_port)};
    }

    void start(const std::string& endpoint = "") {
        auto [metadata, metadata_port] = listener();
        auto [api, api_port] = listener();
        GuestServicesOptions options;
        options.metadata_listener = std::move(metadata);
        options.metadata = std::make_shared<MetadataService>(
            example(), [] { return std::nullopt; }, clock_, "secret");
        options.api_listener = std::move(api);
        options.api_endpoint_file = folder_.path() / "endpoint";
        base::write_file_atomically(options.api_endpoint_file, endpoint);
        services_ = std::make_unique<GuestServices>(std::move(options));
        metadata_port_ = metadata_port;
        api_port_ = api_port;
    }

    static base::Fd dial(std::uint16_t port) {
        base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
            throw base::SystemError("connect");
        }
        return fd;
    }

    /// All that comes until the other side closes or nothing comes for ten seconds.
    static std::string exchange(const base::Fd& fd, const std::string& sent) {
        ::send(fd.get(), sent.data(), sent.size(), MSG_NOSIGNAL);
        std::string all;
        for (;;) {
            pollfd entry{fd.get(), POLLIN, 0};
            char bytes[4096];
            if (::poll(&entry, 1, 10'000) != 1) {
                return all + "(silence)";
            }
            const ssize_t got = ::recv(fd.get(), bytes, sizeof bytes, 0);
            if (got <= 0) {
                return all;
            }
            all.append(bytes, static_cast<std::size_t>(got));
        }
    }

    const std::string request_ =
        "GET /latest/meta-data/ami-id HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    base::TempDir folder_;
    base::FakeClock clock_{base::Time{}};
    std::unique_ptr<GuestServices> services_;
    std::uint16_t metadata_port_ = 0;
    std::uint16_t api_port_ = 0;
};

TEST_F(GuestServicesTest, AnswersOverHttp) {
    start();
    EXPECT_THAT(exchange(dial(metadata_port_), request_),
                HasSubstr("\r\n\r\nami-0123456789abcdef0"));
    EXPECT_THAT(exchange(dial(metadata_port_),
                         "HEAD /latest/user-data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                testing::AllOf(HasSubstr("Content-Length: 10"), testing::EndsWith("\r\n\r\n")));
}

TEST_F(GuestServicesTest, RubbishAndTooMuchIsCutOff) {
    start();
    EXPECT_EQ(exchange(dial(metadata_port_), "\x16\x03\x01 rubbish\r\n\r\n"), "");
    EXPECT_EQ(exchange(dial(metadata_port_),
                       "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"),
              "");
    EXPECT_EQ(exchange(dial(metadata_port_),
                       "PUT /latest/api/token HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"),
              "");
    EXPECT_THAT(exchange(dial(metadata_port_), request_), HasSubstr("200 OK"));
}

TEST_F(GuestServicesTest, StalledConnectionsAreBoundedAndEnd) {
    start();
    std::vector<base::Fd> stalled;
    for (std::size_t i = 0; i < GuestServices::kMostConnections + 20; ++i) {
        stalled.push_back(dial(metadata_port_));
    }
    // Those beyond the limit are closed at once, the others after their time.
    EXPECT_EQ(exchange(stalled.back(), ""), "");
    EXPECT_EQ(exchange(stalled.front(), ""), "");
    EXPECT_THAT(exchange(dial(metadata_port_), request_), HasSubstr("200 OK"));
}

TEST_F(GuestServicesTest, ForwardsToWhereTheDaemonIsNow) {
    auto [daemon, port] = listener();
    start("http://127.0.0.1:" + std::to_string(port));
    const base::Fd guest = dial(api_port_);
    ::send(guest.get(), "hello", 5, 0);
    const base::Fd server(::accept(daemon.get(), nullptr, nullptr));
    char bytes[16] = {};
    ASSERT_EQ(::recv(server.get(), bytes, sizeof bytes, 0), 5);
    ::send(server.get(), "bye", 3, 0);
    ASSERT_EQ(::recv(guest.get(), bytes, sizeof bytes, 0), 3);
    base::write_file_atomically(folder_.path() / "endpoint", "http://127.0.0.1:1");
    EXPECT_EQ(exchange(dial(api_port_), "x"), "") << "nobody is there";
    base::write_file_atomically(folder_.path() / "endpoint", "rubbish");
    EXPECT_EQ(exchange(dial(api_port_), "x"), "");
}

}  // namespace
}  // namespace goldsmith::runner
