// TLS over real sockets: our own certificates, the client's trust in them, versions, reloading.

#include "http/tls.h"
#include "base/error.h"
#include "base/files.h"
#include "http/client.h"
#include "http/listener.h"
#include "http/tls_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>

namespace goldsmith::http {
namespace {

using testing::HasSubstr;
namespace asio = boost::asio;

constexpr base::Time kNow{std::chrono::milliseconds(1'770'000'000'000)};  // 2026-02-02

Response echo(const Request& request) {
    return {200, {{"X-Tls", request.tls_version + " " + request.tls_cipher}}, request.body + "."};
}

class TlsTest : public testing::Test {
protected:
    TlsFiles make(base::Time now,
                  const std::vector<std::string>& names = {"127.0.0.1", "localhost"}) {
        return ensure_own_certificates(folder_.path(), names, now);
    }
    TlsFiles make() { return make(base::SystemClock().now()); }
    base::Path authority() const { return folder_.path() / "ca.pem"; }

    ListenOptions options() {
        ListenOptions options;
        options.tls = make();
        return options;
    }

    Client client(const Listener& listener) {
        ClientOptions options;
        options.endpoint = listener.url();
        options.ca_file = authority().string();
        return Client(std::move(options));
    }

    base::TempDir folder_;
};

// One TLS connection by hand: the error of the handshake, or the version it ended with.
struct Hands {
    explicit Hands(std::uint16_t port, int version, const std::string& alpn = "")
        : socket_(io_), context_(asio::ssl::context::tls_client) {
        SSL_CTX_set_min_proto_version(context_.native_handle(), version);
        SSL_CTX_set_max_proto_version(context_.native_handle(), version);
        SSL_CTX_set_security_level(context_.native_handle(), 0);  // or it would not offer TLS 1.1
        stream_ = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket&>>(socket_, context_);
        if (!alpn.empty()) {
            SSL_set_alpn_protos(stream_->native_handle(),
                                reinterpret_cast<const unsigned char*>(alpn.data()),
                                static_cast<unsigned>(alpn.size()));
        }
        socket_.connect({asio::ip::address_v4::loopback(), port});
        stream_->handshake(asio::ssl::stream_base::client, error);
    }

    std::string alpn() {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(stream_->native_handle(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

    boost::system::error_code error;

private:
    asio::io_context io_;
    asio::ip::tcp::socket socket_;
    asio::ssl::context context_;
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket&>> stream_;
};

TEST_F(TlsTest, AnswersAClientThatTrustsTheAuthority) {
    Listener listener(options(), echo);
    EXPECT_THAT(listener.url(), testing::StartsWith("https://127.0.0.1:"));
    auto trusting = client(listener);
    for (int i = 0; i < 3; ++i) {  // over one connection
        const auto response = trusting.call("", "", "PUT", "/a", {}, std::string(200'000, 'x'));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body.size(), 200'001U);
        EXPECT_THAT(response.headers.get("X-Tls"), testing::StartsWith("TLSv1.3 TLS_"));
    }
    ClientOptions strange;
    strange.endpoint = listener.url();
    EXPECT_THROW(Client(strange).call("", "", "GET", "/", {}, ""), base::Error);
}

TEST_F(TlsTest, APinIsEnoughForAClientAndNoOtherKeyIs) {
    auto given = options();
    Listener listener(given, echo);
    ClientOptions pinning;
    pinning.endpoint = listener.url();
    pinning.pinned_public_key = public_key_pin(given.tls->certificate);
    EXPECT_EQ(Client(pinning).call("", "", "GET", "/", {}, "").status, 200);
    pinning.pinned_public_key = public_key_pin(authority());
    EXPECT_THROW(Client(pinning).call("", "", "GET", "/", {}, ""), base::Error);
}

TEST_F(TlsTest, SpeaksNothingOlderThanTls12) {
    Listener listener(options(), echo);
    EXPECT_TRUE(Hands(listener.port(), TLS1_1_VERSION).error);
    EXPECT_FALSE(Hands(listener.port(), TLS1_2_VERSION).error);
    EXPECT_FALSE(Hands(listener.port(), TLS1_3_VERSION).error);
}

TEST_F(TlsTest, NegotiatesHttp11) {
    Listener listener(options(), echo);
    Hands both(listener.port(), TLS1_3_VERSION, std::string("\x02h2\x08http/1.1"));
    EXPECT_FALSE(both.error);
    EXPECT_EQ(both.alpn(), "http/1.1");
    EXPECT_TRUE(Hands(listener.port(), TLS1_3_VERSION, std::string("\x02h2")).error);
}

TEST_F(TlsTest, ReloadsItsFilesAndKeepsWhatWorksWhenItCannot) {
    Listener listener(options(), echo);
    auto before = client(listener);
    EXPECT_EQ(before.call("", "", "GET", "/", {}, "").status, 200);
    const auto first = base::read_file(folder_.path() / "server.pem");
    make(base::SystemClock().now(), {"127.0.0.1", "localhost", "other.example"});
    EXPECT_NE(base::read_file(folder_.path() / "server.pem"), first);
    listener.reload_tls();
    EXPECT_EQ(client(listener).call("", "", "GET", "/", {}, "").status, 200);
    base::write_file_atomically(folder_.path() / "server.key", "no key");
    EXPECT_THROW(listener.reload_tls(), base::Error);
    EXPECT_EQ(client(listener).call("", "", "GET", "/", {}, "").status, 200);
    EXPECT_EQ(before.call("", "", "GET", "/", {}, "").status, 200);
}

TEST_F(TlsTest, RenewsTheServersCertificateAndKeepsTheAuthority) {
    const auto files = make(kNow);
    const auto authority_pem = base::read_file(authority());
    const auto first = base::read_file(files.certificate);
    struct stat status {};
    ASSERT_EQ(::stat(files.key.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    make(kNow + std::chrono::days(300));
    EXPECT_EQ(base::read_file(files.certificate), first);
    make(kNow + std::chrono::days(340));
    const auto second = base::read_file(files.certificate);
    EXPECT_NE(second, first);
    base::write_file_atomically(files.key, "half written");  // a crash in between
    make(kNow + std::chrono::days(340));
    EXPECT_NE(base::read_file(files.certificate), second);
    EXPECT_EQ(base::read_file(authority()), authority_pem);
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsed) {
    const auto files = make(kNow);
    const auto why = [](const TlsFiles& broken) -> std::string {
        try {
            make_tls_context(broken);
        } catch (const base::Error& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_THAT(why({"/none.pem", files.key}), HasSubstr("/none.pem"));
    EXPECT_THAT(why({files.certificate, folder_.path() / "ca.key"}), HasSubstr("ca.key"));
    EXPECT_THAT(why({files.key, files.key}), HasSubstr("server.key"));
    EXPECT_EQ(why(files), "");
}

TEST_F(TlsTest, DropsAHandshakeThatDoesNotEnd) {
    auto given = options();
    given.handshake_timeout = std::chrono::milliseconds(100);
    Listener listener(given, echo);
    asio::io_context io;
    asio::ip::tcp::socket slow(io);
    slow.connect({asio::ip::address_v4::loopback(), listener.port()});
    asio::write(slow, asio::buffer("\x16\x03\x01", 3));
    char byte = 0;
    boost::system::error_code error;
    asio::read(slow, asio::buffer(&byte, 1), error);  // returns because the server closes
    EXPECT_TRUE(error);
}

TEST_F(TlsTest, TellsAPlainClientWhatThisPortSpeaks) {
    Listener listener(options(), echo);
    asio::io_context io;
    asio::ip::tcp::socket plain(io);
    plain.connect({asio::ip::address_v4::loopback(), listener.port()});
    asio::write(plain, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
    std::string answer;
    boost::system::error_code error;
    asio::read(plain, asio::dynamic_buffer(answer), error);
    EXPECT_THAT(answer, HasSubstr("speaks HTTPS"));
}

}  // namespace
}  // namespace goldsmith::http
