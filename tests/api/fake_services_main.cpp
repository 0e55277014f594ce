// fake_services: the HTTP layer with a made-up service behind each wire protocol, started like
// `goldsmith serve`, so that real AWS clients can be driven against the layer alone (wire_test.py).
// Each answer shows what was decoded.

#include "base/clock.h"
#include "base/encoding.h"
#include "base/files.h"
#include "base/hash.h"
#include "http/listener.h"
#include "http/router.h"

#include <boost/json.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace {

namespace http = goldsmith::http;
namespace base = goldsmith::base;
namespace json = boost::json;

constexpr auto kKey = "AKIAFAKESERVICES0000";
constexpr auto kSecret = "fake/secret+fake/secret+fake/secret+0000";

class OneCredential final : public http::CredentialSource {
public:
    std::optional<http::Credential> find(std::string_view access_key_id) const override {
        if (access_key_id != kKey) {
            return std::nullopt;
        }
        return http::Credential{
            kSecret, {kKey, "123456789012", "arn:aws:iam::123456789012:root"}, {}, {}};
    }
};

http::Success success(json::value output) {
    http::Success result;
    result.output = std::move(output);
    return result;
}

http::Failure failure(std::string code, std::string message, int status = 400) {
    return {std::move(code), std::move(message), status, http::Fault::sender, {}};
}

std::string text(const json::value& input, std::string_view name) {
    const auto* member = input.get_object().if_contains(name);
    return member && member->is_string() ? std::string(member->get_string()) : "";
}

http::Answer imagebuilder(const http::Call& call) {
    if (call.path == std::vector<std::string>{"ListImages"}) {
        return success({{"requestId", call.request_id},
                        {"imageVersionList",
                         {{{"name", call.region}, {"version", json::serialize(call.input)}}}}});
    }
    if (call.path.size() == 2 && call.path[0] == "tags") {
        json::object tags{{"arn", call.path[1]}};
        for (const auto& [name, value] : call.query) {
            tags[value] = name;
        }
        return call.method == "GET" ? http::Answer(success({{"tags", std::move(tags)}}))
                                    : failure("InvalidParameterException", json::serialize(tags));
    }
    return failure("ResourceNotFoundException", call.query.empty() ? "" : call.query[0].second,
                   404);
}

http::Answer ec2(const http::Call& call) {
    if (call.operation != "DescribeImages") {
        return failure("InvalidAction", "The action " + call.operation + " is not valid.");
    }
    return success({{"imagesSet",
                     {{"item",
                       {{{"imageId", "ami-1"},
                         {"name", json::serialize(call.input)},
                         {"creationDate", "2023-03-10T01:04:40.000Z"},
                         {"public", true},
                         {"tagSet", {{"item", {{{"key", "<k>"}, {"value", "a&b\n\x01"}}}}}}},
                        {{"imageId", "ami-2"}}}}}}});
}

http::Answer logs(const http::Call& call) {
    if (call.operation == "DescribeLogGroups") {
        return success(
            {{"logGroups", {{{"logGroupName", text(call.input, "logGroupNamePrefix")}}}}});
    }
    if (call.operation == "GetLogEvents") {
        return success({{"events",
                         {{{"timestamp", 1678410280609},
                           {"message",
                            "b\xff"
                            "d"}}}}});
    }
    return failure("ResourceNotFoundException", "The specified log group does not exist.");
}

http::Answer sts(const http::Call& call) {
    return success({{"UserId", call.principal.access_key_id},
                    {"Account", call.principal.account},
                    {"Arn", call.principal.arn}});
}

http::Answer iam(const http::Call& call) {
    if (call.operation == "AttachRolePolicy") {
        return success(nullptr);
    }
    return failure("NoSuchEntity",
                   "The role with name " + text(call.input, "RoleName") + " cannot be found.", 404);
}

http::Answer ebs(const http::Call& call) {
    http::Success result;
    if (call.method == "GET") {
        result.octets = std::string("\0\x01\xff", 3);
        result.headers.add("x-amz-Data-Length", "3");
    } else {
        result.status = 201;
    }
    result.headers.add("x-amz-Checksum",
                       base::base64_encode(base::as_view(base::sha256(call.body))));
    result.headers.add("x-amz-Checksum-Algorithm", "SHA256");
    return result;
}

void add_services(http::Router& router) {
    router.add_service("imagebuilder", http::rest_json_protocol(), imagebuilder);
    router.add_service("ebs", http::rest_json_protocol(http::Blobs::possible), ebs);
    router.add_service("logs", http::json_11_protocol("Logs_20140328"), logs);
    router.add_service("sts", http::query_protocol("https://sts.amazonaws.com/doc/2011-06-15/"),
                       sts);
    router.add_service("iam", http::query_protocol("https://iam.amazonaws.com/doc/2010-05-08/"),
                       iam);
    router.add_service("ec2", http::ec2_protocol("http://ec2.amazonaws.com/doc/2016-11-15/"), ec2);
    router.add_public("/healthz", [](const http::Request&) -> http::Response {
        return {200, {{"Content-Type", "text/plain"}}, "ok\n"};
    });
}

int serve(const std::string& data_dir) {
    base::write_file_atomically(data_dir + "/credentials",
                                std::string("[default]\naws_access_key_id = ") + kKey +
                                    "\naws_secret_access_key = " + kSecret + "\n");
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const OneCredential credentials;
    const base::SystemClock clock;
    http::Router router({.regions = {"us-east-1", "us-west-2"}, .observe = {}, .log = {}},
                        credentials, clock);
    add_services(router);
    http::Listener listener(
        {}, [&](const http::Request& request) { return router.handle(request); },
        [&](const http::Request& request, const http::Refusal& refusal) {
            return router.refuse(request, refusal);
        });
    std::cout << "fake_services: listening on " << listener.url() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    listener.stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6 || std::string(argv[1]) != "serve" || std::string(argv[2]) != "--data-dir") {
        std::fputs("usage: fake_services serve --data-dir DIR --listen 127.0.0.1:0\n", stderr);
        return 2;
    }
    return serve(argv[3]);
}
