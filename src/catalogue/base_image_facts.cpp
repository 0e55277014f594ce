#include <boost/json.hpp>

#include "catalogue/base_image.h"

namespace goldsmith::catalogue {
namespace json = boost::json;

std::string encode(const BaseImageFacts& facts) {
    json::array packages;
    for (const auto& package : facts.packages) {
        packages.push_back({{"name", package.name}, {"version", package.version}});
    }
    json::object object{
        {"version", facts.version},
        {"osName", facts.os_name},
        {"osVersion", facts.os_version},
        {"architecture", facts.architecture},
        {"kernel", facts.kernel},
        {"rootUuid", facts.root_uuid},
        {"diskBytes", facts.disk_bytes},
        {"rootOffsetBytes", facts.root_offset_bytes},
        {"rootLengthBytes", facts.root_length_bytes},
        {"packages", std::move(packages)},
        {"bootMode", facts.boot_mode},
    };
    if (!facts.source.empty()) {
        object["source"] = facts.source;
        object["digest"] = facts.digest;
    }
    return json::serialize(object) + "\n";
}

BaseImageFacts decode_base_image_facts(const std::string& text) try {
    const auto value = json::parse(text);
    const auto& object = value.as_object();
    const auto string_at = [&](const char* key) { return std::string(object.at(key).as_string()); };
    const auto bytes_at = [&](const char* key) {
        return object.at(key).to_number<std::uint64_t>();
    };
    BaseImageFacts facts;
    facts.version = string_at("version");
    facts.os_name = string_at("osName");
    facts.os_version = string_at("osVersion");
    facts.architecture = string_at("architecture");
    facts.kernel = string_at("kernel");
    facts.root_uuid = string_at("rootUuid");
    facts.disk_bytes = bytes_at("diskBytes");
    facts.root_offset_bytes = bytes_at("rootOffsetBytes");
    facts.root_length_bytes = bytes_at("rootLengthBytes");
    for (const auto& package : object.at("packages").as_array()) {
        facts.packages.push_back({std::string(package.at("name").as_string()),
                                  std::string(package.at("version").as_string())});
    }
    // Absent in records of images that were installed here, and of early ones.
    const auto string_or = [&](const char* key, std::string otherwise) {
        return object.contains(key) ? string_at(key) : otherwise;
    };
    facts.boot_mode = string_or("bootMode", facts.boot_mode);
    facts.source = string_or("source", "");
    facts.digest = string_or("digest", "");
    return facts;
} catch (const std::exception&) {
    base::throw_with_context("this is no record of a base image's facts");
}

}  // namespace goldsmith::catalogue
