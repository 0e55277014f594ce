#include "guest/net/aws_settings.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"

namespace goldsmith::guest {
namespace {

constexpr std::uint64_t most_config_bytes = 1U << 20;

std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (std::string value = environment(name); !value.empty()) {
            return value;
        }
    }
    return "";
}

ConfigSection read_profile(const Environment& environment, const char* variable,
                           const char* default_name, const std::string& profile) {
    std::string path = environment(variable);
    if (path.empty()) {
        const std::string home = environment("HOME");
        if (home.empty()) {
            return {};
        }
        path = home + "/.aws/" + default_name;
    } else if (path.starts_with("~/")) {
        path = environment("HOME") + path.substr(1);
    }
    const auto text = base::read_file_if_exists(path, most_config_bytes);
    return text ? find_profile(*text, profile) : ConfigSection{};
}

const char* endpoint_variable(AwsService service) {
    switch (service) {
        case AwsService::s3:
            return "AWS_ENDPOINT_URL_S3";
        case AwsService::ssm:
            return "AWS_ENDPOINT_URL_SSM";
        case AwsService::logs:
            return "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS";
        case AwsService::imagebuilder:
            return "AWS_ENDPOINT_URL_IMAGEBUILDER";
    }
    return "";
}

/// The setting that chooses the endpoint, and its value; an empty value when none does.
std::pair<std::string, std::string> configured_endpoint(AwsService service,
                                                        const AwsSettings& settings,
                                                        const Environment& environment) {
    if (service == AwsService::imagebuilder) {
        if (std::string value = environment("AWSTOE_IMAGEBUILDER_ENDPOINT"); !value.empty()) {
            return {"AWSTOE_IMAGEBUILDER_ENDPOINT", value};
        }
    }
    if (environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true") {
        return {};
    }
    for (const char* name : {endpoint_variable(service), "AWS_ENDPOINT_URL"}) {
        if (std::string value = environment(name); !value.empty()) {
            return {name, value};
        }
    }
    const auto found = settings.config.find("endpoint_url");
    return found == settings.config.end()
               ? std::pair<std::string, std::string>{}
               : std::pair<std::string, std::string>{"endpoint_url of the AWS config file",
                                                     found->second};
}

std::string dns_suffix(std::string_view region) {
    return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

}  // namespace

AwsSettings load_aws_settings(const Environment& environment) {
    AwsSettings settings;
    settings.profile = first_of(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
    if (settings.profile.empty()) {
        settings.profile = "default";
    }
    settings.credentials =
        read_profile(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials", settings.profile);
    settings.config = read_profile(environment, "AWS_CONFIG_FILE", "config", settings.profile);
    settings.region = first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    for (const ConfigSection* section : {&settings.config, &settings.credentials}) {
        const auto found = section->find("region");
        if (settings.region.empty() && found != section->end()) {
            settings.region = found->second;
        }
    }
    return settings;
}

std::string_view signing_name(AwsService service) {
    switch (service) {
        case AwsService::s3:
            return "s3";
        case AwsService::ssm:
            return "ssm";
        case AwsService::logs:
            return "logs";
        case AwsService::imagebuilder:
            return "imagebuilder";
    }
    return "";
}

AwsEndpoint endpoint_of(AwsService service, const std::string& region, const AwsSettings& settings,
                        const Environment& environment) {
    const auto [setting, value] = configured_endpoint(service, settings, environment);
    try {
        if (!value.empty()) {
            return {parse_url(value), true};
        }
        return {parse_url("https://" + std::string(signing_name(service)) + "." + region + "." +
                          dns_suffix(region)),
                false};
    } catch (const UrlError&) {
        base::throw_with_context(value.empty() ? "'" + region + "' is no region"
                                               : setting + " is not usable");
    }
}

Url s3_url(const AwsEndpoint& endpoint, const std::string& bucket, const std::string& key,
           const std::string& style) {
    Url url = endpoint.url;
    const bool has_dots = bucket.find('.') != std::string::npos;
    const bool path_style =
        style == "path" || (style != "virtual" && (endpoint.configured || has_dots));
    std::string path = url.path();
    while (path.ends_with('/')) {
        path.pop_back();
    }
    if (path_style) {
        path += "/" + base::percent_encode(bucket);
    } else {
        url.host = bucket + "." + url.host;
    }
    url.target = path + "/" + base::percent_encode(key, true);
    return url;
}

}  // namespace goldsmith::guest
