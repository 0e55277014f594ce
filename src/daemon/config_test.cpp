// The keys of connections, limits, TLS, throttling and audit; what is wrong with a file.
#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents/diagnostics.h"

namespace goldsmith::daemon {
namespace {

class ConfigTest : public testing::Test {
protected:
    Config load(const std::string& text) const {
        const auto file = folder_.path() / "c.yaml";
        base::write_file_atomically(file, text);
        Config config;
        load_config(file, config);
        return config;
    }
    std::string errors_of(const std::string& text) const {
        try {
            load(text);
        } catch (const documents::DocumentErrors& errors) {
            return errors.to_string();
        }
        return "";
    }

    base::TempDir folder_;
};

TEST_F(ConfigTest, ReadsTheKeysOfTheEdge) {
    const auto config = load(
        "max_body_mib: 2\nmax_header_kib: 8\nmax_connections: 10\nmax_connections_per_address: 0\n"
        "http_threads: 3\nheader_timeout_seconds: 4\nhandshake_timeout_seconds: 5\n"
        "body_timeout_seconds: 6\nqueue_timeout_seconds: 7\nwrite_timeout_seconds: 8\n"
        "idle_timeout_seconds: 9\ntls: files\ntls_certificate: /c.pem\ntls_key: /k.pem\n"
        "tls_names: [build.example, 10.0.0.1]\naudit_file_mib: 1\naudit_keep_days: 0\n"
        "throttling: on\nthrottle_read_per_second: 11\nthrottle_build_burst: 12\n");
    EXPECT_EQ(config.max_body_size, base::ByteSize::mib(2));
    EXPECT_EQ(config.max_header_size, base::ByteSize::kib(8));
    EXPECT_EQ(config.max_connections, 10U);
    EXPECT_EQ(config.max_connections_per_address, 0U);
    EXPECT_EQ(config.http_threads, 3U);
    EXPECT_EQ(config.header_timeout, std::chrono::seconds(4));
    EXPECT_EQ(config.handshake_timeout, std::chrono::seconds(5));
    EXPECT_EQ(config.body_timeout, std::chrono::seconds(6));
    EXPECT_EQ(config.queue_timeout, std::chrono::seconds(7));
    EXPECT_EQ(config.write_timeout, std::chrono::seconds(8));
    EXPECT_EQ(config.idle_timeout, std::chrono::seconds(9));
    EXPECT_EQ(config.tls, "files");
    EXPECT_EQ(config.tls_key, "/k.pem");
    EXPECT_EQ(config.tls_names, (std::vector<std::string>{"build.example", "10.0.0.1"}));
    EXPECT_EQ(config.audit_file_size, base::ByteSize::mib(1));
    EXPECT_EQ(config.audit_keep_days, 0);
    EXPECT_TRUE(config.throttle.enabled);
    EXPECT_EQ(config.throttle.read, (Rate{11, 100}));
    EXPECT_EQ(config.throttle.build, (Rate{2, 12}));
}

TEST_F(ConfigTest, NamesWhatIsWrong) {
    EXPECT_THAT(errors_of("max_connection: 1\n"),
                testing::HasSubstr(":1:1: error: unknown key 'max_connection'"));
    EXPECT_THAT(errors_of("throttling: maybe\n"),
                testing::HasSubstr(":1:13: error: expected one of on, off"));
    EXPECT_THAT(errors_of("throttle_read_per_second: 0\n"), testing::HasSubstr("from 1 to"));
    EXPECT_THAT(errors_of("tls: yes please\n"), testing::HasSubstr("off, generated, files"));
    EXPECT_THAT(errors_of("tls_names: ['a,DNS:b']\n"),
                testing::HasSubstr("a host name or an address"));
    EXPECT_THAT(errors_of("header_timeout_seconds: 0\n"), testing::HasSubstr("from 1 to 86400"));
}

TEST_F(ConfigTest, ReadsNetworksAndSecurityGroups) {
    const auto config = load(
        "networks:\n  build:\n    mode: nat\n    host_access: true\n    egress:\n"
        "      - host: deb.debian.org\n        ports: [80, 8000-8080]\n        protocol: tcp\n"
        "  lab:\n    mode: isolated\n    proxy: http://127.0.0.1:3142\n"
        "  lan:\n    mode: bridge\n    bridge: br0\n    addresses: [10.9.5.7/20, 10.9.5.8/20]\n"
        "security_groups:\n  web:\n    egress:\n      - cidr: 10.0.0.0/8\n  open: {}\n");
    const auto& networks = config.networks;
    const auto own = api::default_network("123456789012", "us-east-1");
    const auto chosen = networks.choose(own, "build", {"web"});
    EXPECT_EQ(chosen.name, "build");
    EXPECT_EQ(chosen.host_access, true);
    ASSERT_EQ(chosen.egress->size(), 2U);
    EXPECT_EQ(chosen.egress->at(0).rules.size(), 2U);
    EXPECT_EQ(chosen.egress->at(0).rules.at(1).to_port, 8080);
    EXPECT_EQ(chosen.egress->at(1).rules.at(0).cidr, "10.0.0.0/8");
    EXPECT_EQ(networks.choose(own, "build", {"open"}).egress->size(), 1U);
    EXPECT_EQ(networks.choose(own, "lab", {}).mode, api::runner::NetworkMode::isolated);
    EXPECT_EQ(networks.choose(own, "lab", {}).proxy, "http://127.0.0.1:3142");
    EXPECT_EQ(networks.choose(own, "lan", {}).bridge_addresses->size(), 2U);
    EXPECT_EQ(networks.network(own, "lan")->cidr, "10.9.0.0/20");
    EXPECT_FALSE(networks.choose(own, {}, {}).egress);
}

TEST_F(ConfigTest, NamesWhatIsWrongWithANetwork) {
    EXPECT_THAT(errors_of("networks:\n  a:\n    mode: open\n"),
                testing::HasSubstr(":3:11: error: expected one of nat, isolated, bridge"));
    EXPECT_THAT(errors_of("networks:\n  a:\n    egres: []\n"),
                testing::HasSubstr("unknown key 'egres'"));
    EXPECT_THAT(errors_of("networks:\n  a:\n    egress:\n      - ports: [0]\n"),
                testing::AllOf(testing::HasSubstr("either a host or a cidr"),
                               testing::HasSubstr("expected a port")));
    EXPECT_THAT(errors_of("networks:\n  a:\n    mode: bridge\n"),
                testing::HasSubstr("mode bridge needs"));
    EXPECT_THAT(errors_of("security_groups: [a]\n"), testing::HasSubstr("expected a map"));
    EXPECT_THAT(errors_of("networks:\n  a:\n    mode: bridge\n    bridge: br0\n"
                          "    addresses: [10.9.0.7]\n"),
                testing::HasSubstr(":5:17: error: expected an address with the length"));
    for (const char* proxy : {"https://a:1", "http://a", "http://me:secret@a:1", "http://a:0",
                              "http://a:1-2", "http://:1", "http://a:1/x"}) {
        EXPECT_THAT(errors_of(std::string("networks:\n  a:\n    proxy: ") + proxy + "\n"),
                    testing::HasSubstr("expected http://HOST:PORT"))
            << proxy;
    }
}

}  // namespace
}  // namespace goldsmith::daemon
