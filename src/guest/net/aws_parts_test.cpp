// The pure parts of talking to AWS: settings, endpoints, names, texts.
#include <gtest/gtest.h>

#include <map>

#include "base/encoding.h"
#include "base/files.h"
#include "guest/net/aws_settings.h"
#include "guest/net/checksum.h"
#include "guest/net/cloudwatch_stream.h"
#include "guest/net/component_source.h"
#include "guest/net/credentials.h"
#include "guest/net/metadata_client.h"
#include "guest/net/network_settings.h"
#include "guest/net/proxy.h"
#include "guest/net/shown_text.h"
#include "guest/net/web_transfer.h"
#include "guest/net/xml_text.h"

namespace goldsmith::guest {
namespace {

Environment variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? "" : found->second;
    };
}

TEST(SharedConfig, FindsTheProfile) {
    const std::string text =
        "# comment\n[default]\nregion = us-east-1 # here\n[profile work]\r\nRegion=eu-west-1\r\n"
        "s3 =\n  addressing_style = path\nendpoint_url = http://h:1/#x\n[other]\nregion = x\n";
    EXPECT_EQ(find_profile(text, "default").at("region"), "us-east-1");
    const ConfigSection work = find_profile(text, "work");
    EXPECT_EQ(work.at("region"), "eu-west-1");
    EXPECT_EQ(work.at("endpoint_url"), "http://h:1/#x");
    EXPECT_FALSE(work.contains("addressing_style"));
    EXPECT_TRUE(find_profile(text, "none").empty());
    EXPECT_TRUE(find_profile("[broken\nregion = x\n", "broken").empty());
}

TEST(Endpoints, ComeFromTheMostSpecificSetting) {
    AwsSettings settings;
    const auto url = [&](AwsService service, std::map<std::string, std::string> values) {
        return endpoint_of(service, "eu-west-1", settings, variables(std::move(values)))
            .url.origin();
    };
    EXPECT_EQ(url(AwsService::ssm, {}), "https://ssm.eu-west-1.amazonaws.com");
    EXPECT_EQ(url(AwsService::ssm, {{"AWS_ENDPOINT_URL", "http://a"}}), "http://a");
    EXPECT_EQ(url(AwsService::s3,
                  {{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_S3", "http://b"}}),
              "http://b");
    EXPECT_EQ(url(AwsService::imagebuilder, {{"AWS_ENDPOINT_URL", "http://a"},
                                             {"AWSTOE_IMAGEBUILDER_ENDPOINT", "http://c:8080"}}),
              "http://c:8080");
    settings.config["endpoint_url"] = "http://d";
    EXPECT_EQ(url(AwsService::logs, {}), "http://d");
    EXPECT_EQ(url(AwsService::logs, {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}),
              "https://logs.eu-west-1.amazonaws.com");
    EXPECT_THROW(url(AwsService::ssm, {{"AWS_ENDPOINT_URL", "nonsense"}}), base::Error);
    EXPECT_EQ(endpoint_of(AwsService::s3, "cn-north-1", {}, variables({})).url.host,
              "s3.cn-north-1.amazonaws.com.cn");
}

TEST(S3Urls, AreVirtualForAwsAndPathsElsewhere) {
    const AwsEndpoint aws{parse_url("https://s3.us-east-1.amazonaws.com"), false};
    const AwsEndpoint own{parse_url("http://host:9000/base/"), true};
    EXPECT_EQ(s3_url(aws, "depot", "a b/c", "").shown(),
              "https://depot.s3.us-east-1.amazonaws.com/a%20b/c");
    EXPECT_EQ(s3_url(aws, "de.pot", "k", "").shown(),
              "https://s3.us-east-1.amazonaws.com/de.pot/k");
    EXPECT_EQ(s3_url(own, "depot", "k", "").shown(), "http://host:9000/base/depot/k");
    EXPECT_EQ(s3_url(own, "depot", "k", "virtual").shown(), "http://depot.host:9000/base/k");
    EXPECT_EQ(s3_url(aws, "depot", "../%2e/k?x", "path").target, "/depot/../%252e/k%3Fx");
}

TEST(S3Locations, AreChecked) {
    EXPECT_EQ(parse_s3_location("s3://depot/a/b*"), (S3Location{"depot", "a/b*"}));
    EXPECT_EQ(parse_s3_location("s3://depot"), (S3Location{"depot", ""}));
    for (const char* text :
         {"", "s3:/depot/x", "S3://depot/x", "s3:///x", "s3://a/x", "s3://a..b/x", "s3://a b/x"}) {
        EXPECT_THROW(parse_s3_location(text), base::Error) << text;
    }
    EXPECT_THROW(parse_s3_location("s3://depot/" + std::string(1025, 'k')), base::Error);
}

TEST(S3Keys, StayBelowTheDestination) {
    EXPECT_EQ(relative_key_path("p/a/b", "p/"), "a/b");
    EXPECT_EQ(relative_key_path("p/a/", "p/"), "a/");
    EXPECT_EQ(relative_key_path("a..b/...", ""), "a..b/...");
    for (const char* key :
         {"p/../x", "p//x", "p/a/../../x", "p/./x", "p/..", "p//", "q/x", "p/a//"}) {
        EXPECT_THROW(relative_key_path(key, "p/"), base::Error) << key;
    }
    EXPECT_THROW(relative_key_path("/etc/passwd", ""), base::Error);
    EXPECT_THROW(relative_key_path(std::string("p/a\0b", 5), "p/"), base::Error);
}

TEST(MetadataPaths, StayBelowMetaDataAndOffCredentials) {
    EXPECT_EQ(metadata_target("placement/region"), "/latest/meta-data/placement/region");
    EXPECT_EQ(metadata_target("tags/instance/a b%"), "/latest/meta-data/tags/instance/a%20b%25");
    EXPECT_EQ(metadata_target("services/"), "/latest/meta-data/services/");
    for (const char* path : {"", "/x", "iam/info", "iam", "identity-credentials/x", "../user-data",
                             "a/../iam", "a//b", "./iam/info", "a/.."}) {
        EXPECT_THROW(metadata_target(path), RemoteFailure) << path;
    }
}

TEST(Checksums, MatchTheirTestVectors) {
    const std::pair<const char*, const char*> vectors[] = {
        {"crc32", "cbf43926"},
        {"crc32c", "e3069283"},
        {"crc64nvme", "ae8b14860a799888"},
        {"md5", "25f9e794323b453885f5181f1b624d0b"},
        {"sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"}};
    for (const auto& [name, expected] : vectors) {
        const auto checksum = base::make_checksum(name);
        checksum->update("1234");
        checksum->update("56789");
        EXPECT_EQ(base::hex_encode(checksum->finish()), expected) << name;
    }
    EXPECT_EQ(base::make_checksum("md4"), nullptr);
}

TEST(Checksums, OfPartsAreNotOfTheObject) {
    HttpAnswer answer;
    answer.headers = {{"x-amz-checksum-crc32", "AAAAAA==-3"}};
    EXPECT_EQ(expected_checksum(answer).checksum, nullptr);
    answer.headers = {{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-amz-checksum-type", "COMPOSITE"}};
    EXPECT_EQ(expected_checksum(answer).checksum, nullptr);
    answer.headers = {{"X-Amz-Checksum-Crc32", "AAAAAA=="}, {"x-amz-checksum-type", "FULL_OBJECT"}};
    EXPECT_EQ(expected_checksum(answer).name, "crc32");
}

TEST(XmlTexts, AreFoundAndDecoded) {
    const char* xml =
        "<A><Key>a&amp;b&#x41;&#233;&nope;&#0;</Key><Keys>no</Keys><Key x='1'>two</Key><Key/></A>";
    ASSERT_EQ(find_elements(xml, "Key").size(), 3U);
    EXPECT_EQ(element_text(xml, "Key"), "a&bA\xC3\xA9&nope;&#0;");
    EXPECT_EQ(element_text(xml, "None"), "");
    EXPECT_FALSE(find_element("<Key", "Key"));
    EXPECT_FALSE(find_element("<Key>unfinished", "Key"));
}

TEST(ShownTexts, AreOneLine) {
    EXPECT_EQ(shown_text("a\nb\x1b[2J\x7F\t\xC3\xA9"), "a b [2J  \xC3\xA9");
    EXPECT_EQ(shown_text("abcdef", 3), "abc");
}

TEST(Proxies, AreChosenLikeCurlDoes) {
    const auto proxy = [](const char* url, std::map<std::string, std::string> values) {
        const auto found = proxy_for(parse_url(url), variables(std::move(values)));
        return found ? found->origin() : "";
    };
    EXPECT_EQ(proxy("http://h/", {{"http_proxy", "p:3128"}}), "http://p:3128");
    EXPECT_EQ(proxy("http://h/", {{"HTTP_PROXY", "p:3128"}}), "") << "a CGI client could set it";
    EXPECT_EQ(proxy("https://h/", {{"HTTPS_PROXY", "http://p:1"}}), "http://p:1");
    EXPECT_EQ(proxy("https://h/", {{"http_proxy", "p:1"}}), "");
    EXPECT_EQ(proxy("https://h/", {{"all_proxy", "http://p:1"}, {"no_proxy", "h"}}), "");
    EXPECT_THROW(proxy("http://h/", {{"http_proxy", "socks5://p:1"}}), UrlError);
    EXPECT_THROW(proxy("http://h/", {{"http_proxy", "https://p:1"}}), UrlError);
}

TEST(Proxies, ExclusionsAreNamesNetworksAndPorts) {
    const auto excluded = [](const char* url, const char* list) {
        return is_excluded_from_proxy(parse_url(url), list);
    };
    EXPECT_TRUE(excluded("http://a.example.org/", "x, Example.org"));
    EXPECT_TRUE(excluded("http://a.example.org/", ".example.org"));
    EXPECT_TRUE(excluded("http://a.example.org/", "*.example.org"));
    EXPECT_FALSE(excluded("http://anexample.org/", "example.org"));
    EXPECT_TRUE(excluded("http://h:81/", "h:81"));
    EXPECT_FALSE(excluded("http://h:82/", "h:81"));
    EXPECT_TRUE(excluded("http://10.1.2.3/", "10.0.0.0/8"));
    EXPECT_FALSE(excluded("http://11.1.2.3/", "10.0.0.0/8"));
    EXPECT_TRUE(excluded("http://192.168.7.130/", "192.168.7.128/25"));
    EXPECT_TRUE(excluded("http://[fd00::5]/", "fd00::/8"));
    EXPECT_TRUE(excluded("http://[::1]/", "[::1]"));
    EXPECT_FALSE(excluded("http://h/", "10.0.0.0/99,/,:,.,,*.,x/y"));
    EXPECT_TRUE(excluded("http://h/", "*"));
}

TEST(Redirects, KeepSecretsWithTheirHost) {
    const Url from = parse_url("https://user:word@host/a");
    EXPECT_EQ(redirect_target(from, "/b", false).user_info, "user:word");
    EXPECT_EQ(redirect_target(from, "https://other/b", false).user_info, "");
    EXPECT_EQ(redirect_target(from, "https://x:y@other/b", false).user_info, "");
    EXPECT_EQ(redirect_target(from, "https://host:444/b", false).user_info, "");
    EXPECT_THROW(redirect_target(from, "http://host/b", false), RemoteFailure);
    EXPECT_EQ(redirect_target(from, "http://host/b", true).user_info, "");
    EXPECT_THROW(redirect_target(from, "", false), RemoteFailure);
    EXPECT_THROW(redirect_target(from, "file:///etc/passwd", true), RemoteFailure);
}

TEST(CredentialEndpoints, ArePlainOnlyNearby) {
    for (const char* url : {"https://x/", "http://localhost/", "http://127.0.0.9:1/",
                            "http://[::1]/", "http://169.254.170.2/x", "http://169.254.170.23/"}) {
        EXPECT_TRUE(is_trusted_credential_host(parse_url(url))) << url;
    }
    for (const char* url : {"http://x/", "http://10.0.0.1/", "http://169.254.169.254/"}) {
        EXPECT_FALSE(is_trusted_credential_host(parse_url(url))) << url;
    }
}

TEST(ComponentArns, NameTheirRegion) {
    EXPECT_EQ(component_region("arn:aws:imagebuilder:eu-west-1:123456789012:component/a/1.0.0/1"),
              "eu-west-1");
    for (const char* arn : {"", "arn:aws:imagebuilder", "arn:aws:s3:::bucket",
                            "arn:aws:imagebuilder:eu-west-1:1:image/a/1.0.0/1"}) {
        EXPECT_EQ(component_region(arn), "") << arn;
    }
}

TEST(GivenComponents, AreFoundByTheArnOfTheDocument) {
    const base::TempDir folder("given");
    const std::string index = (folder.path() / "index.json").string();
    base::write_file_atomically(folder.path() / "1.yaml", "schemaVersion: 1.0\n");
    base::write_file_atomically(index, R"({"arn:a": {"arn": "arn:a/1", "file": ")" +
                                           (folder.path() / "1.yaml").string() +
                                           R"("}, "arn:b": {"arn": "arn:b/1", "file": "/none"}})");
    const auto given = given_component(index, "arn:a");
    ASSERT_TRUE(given);
    EXPECT_EQ(given->text, "schemaVersion: 1.0\n");
    EXPECT_EQ(given->canonical, "arn:a/1");
    EXPECT_FALSE(given_component(index, "arn:c"));
    EXPECT_THROW(given_component(index, "arn:b"), RemoteFailure);
    EXPECT_THROW(given_component(folder.path() / "missing", "arn:a"), RemoteFailure);
}

TEST(NetworkSettings, AreNumbers) {
    const NetworkSettings settings = network_settings(
        variables({{"TOE_NETWORK_TIMEOUT_SECONDS", "3"}, {"TOE_RETRY_DELAY_MILLISECONDS", "7"}}));
    EXPECT_EQ(settings.connection.idle, std::chrono::seconds(3));
    EXPECT_EQ(settings.connection.connect, std::chrono::seconds(3));
    EXPECT_EQ(settings.retry.first_delay, std::chrono::milliseconds(7));
    EXPECT_THROW(network_settings(variables({{"TOE_NETWORK_TIMEOUT_SECONDS", "0"}})), base::Error);
    EXPECT_THROW(network_settings(variables({{"TOE_NETWORK_TIMEOUT_SECONDS", "1h"}})), base::Error);
}

TEST(CloudWatchEvents, FitTheService) {
    EXPECT_EQ(split_into_events("", 1).at(0).message, " ");
    EXPECT_EQ(split_into_events("a\xFF", 1).at(0).message, "a\xEF\xBF\xBD");
    std::string text;
    for (int i = 0; i < 200'000; ++i) {
        text += "\xC3\xA9";
    }
    const auto events = split_into_events(text, 1);
    EXPECT_EQ(events.size(), 2U);
    std::string joined;
    for (const LogEvent& event : events) {
        EXPECT_LE(event.message.size(), 256U * 1024 - 26);
        EXPECT_TRUE(base::is_utf8(event.message));
        joined += event.message;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(batch_size(std::deque<LogEvent>(20'000, LogEvent{1, "x"})), 10'000U);
    EXPECT_EQ(batch_size(std::deque<LogEvent>(20, LogEvent{1, std::string(200'000, 'x')})), 5U);
}

}  // namespace
}  // namespace goldsmith::guest
