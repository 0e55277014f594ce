#include "store/image_manifest.h"

#include <algorithm>
#include <boost/json.hpp>

#include "store/errors.h"

namespace goldsmith::store {

namespace json = boost::json;

namespace {

constexpr std::string_view kFormat = "goldsmith-image/1";

json::object to_json(const BlockDevice& device) {
    return {{"device_name", device.device_name},
            {"snapshot", device.snapshot.str()},
            {"volume_size_gib", device.volume_size_gib},
            {"volume_type", device.volume_type},
            {"delete_on_termination", device.delete_on_termination},
            {"encrypted", device.encrypted}};
}

std::string text_at(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

BlockDevice device_from(const json::object& object) {
    return {.device_name = text_at(object, "device_name"),
            .snapshot = SnapshotId::parse(object.at("snapshot").as_string()),
            .volume_size_gib = object.at("volume_size_gib").to_number<std::uint64_t>(),
            .volume_type = text_at(object, "volume_type"),
            .delete_on_termination = object.at("delete_on_termination").as_bool(),
            .encrypted = object.at("encrypted").as_bool()};
}

ImageManifest decode(std::string_view text) {
    const json::value parsed = json::parse({text.data(), text.size()});
    const json::object& object = parsed.as_object();
    if (text_at(object, "format") != kFormat) {
        throw base::Error("its format is '" + text_at(object, "format") + "'; known is " +
                          std::string(kFormat));
    }
    ImageManifest image{.id = ImageId::parse(object.at("id").as_string()),
                        .name = text_at(object, "name"),
                        .description = text_at(object, "description"),
                        .architecture = text_at(object, "architecture"),
                        .boot_mode = text_at(object, "boot_mode"),
                        .platform = text_at(object, "platform"),
                        .root_device_name = text_at(object, "root_device_name"),
                        .block_devices = {},
                        .tags = {},
                        .source = text_at(object, "source"),
                        .created_ms = object.at("created_ms").to_number<std::int64_t>()};
    for (const json::value& device : object.at("block_devices").as_array()) {
        image.block_devices.push_back(device_from(device.as_object()));
    }
    for (const auto& [key, value] : object.at("tags").as_object()) {
        image.tags.emplace(key, value.as_string());
    }
    return image;
}

}  // namespace

const BlockDevice& ImageManifest::root_device() const {
    const auto found = std::find_if(
        block_devices.begin(), block_devices.end(),
        [&](const BlockDevice& device) { return device.device_name == root_device_name; });
    if (found == block_devices.end()) {
        throw base::Error("image " + id.str() + " has no block device " + root_device_name +
                          ", its root device");
    }
    return *found;
}

std::string encode(const ImageManifest& image) {
    json::object object{{"format", kFormat},
                        {"id", image.id.str()},
                        {"name", image.name},
                        {"description", image.description},
                        {"architecture", image.architecture},
                        {"boot_mode", image.boot_mode},
                        {"platform", image.platform},
                        {"root_device_name", image.root_device_name}};
    json::array& devices = object["block_devices"].emplace_array();
    for (const BlockDevice& device : image.block_devices) {
        devices.push_back(to_json(device));
    }
    json::object& tags = object["tags"].emplace_object();
    for (const auto& [key, value] : image.tags) {
        tags[key] = value;
    }
    object["source"] = image.source;
    object["created_ms"] = image.created_ms;
    return json::serialize(object) + "\n";
}

ImageManifest decode_image_manifest(std::string_view text, const std::string& origin) {
    try {
        return decode(text);
    } catch (const std::exception&) {
        std::throw_with_nested(ManifestCorrupt("the image manifest " + origin + " is damaged"));
    }
}

}  // namespace goldsmith::store
