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

}  // namespace
}  // namespace goldsmith::daemon
