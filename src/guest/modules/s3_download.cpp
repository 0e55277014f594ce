// S3Download: one object to a file, or everything below a prefix into a folder.
#include <fcntl.h>

#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/net/partial_file.h"
#include "guest/net/shown_text.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {
namespace {

void refuse_existing(const FilePath& path, bool overwrite) {
    if (!overwrite && present(path)) {
        throw StepFailure(
            "Error: S3Download: File already exists and \"overwrite\" property for "
            "\"destination\" file is set to false. Cannot download.");
    }
}

void download_object(const S3Location& object, const ModuleInput& input, ModuleContext& context) {
    const std::string destination = input.text("destination");
    if (names_folder(destination) || std::filesystem::is_directory(destination)) {
        throw StepFailure("'" + destination +
                          "' is a folder; the destination of one object must name the file");
    }
    const bool overwrite = input.flag("overwrite", true);
    refuse_existing(destination, overwrite);
    make_parents(destination);
    PartialFile file{base::Path(destination)};
    context.remote.get_object(object, input.text("expectedBucketOwner"), file, context.patience());
    try {
        file.publish(overwrite);
    } catch (const PartialFile::FileExists&) {
        refuse_existing(destination, overwrite);
        throw;
    }
    context.info("S3Download: " + object.text() + " to " + destination);
}

/// One object below the prefix. `relative` is known to stay below the destination.
void download_below(const S3Location& object, const std::string& relative, int root,
                    const FilePath& destination, const ModuleInput& input, ModuleContext& context) {
    const std::size_t slash = relative.rfind('/');
    base::Fd folder =
        make_folder_beneath(root, slash == std::string::npos ? "" : relative.substr(0, slash));
    const std::string name = slash == std::string::npos ? relative : relative.substr(slash + 1);
    if (name.empty()) {
        return;  // a key that ends in a separator is the folder itself
    }
    const bool overwrite = input.flag("overwrite", true);
    refuse_existing(destination / relative, overwrite);
    PartialFile file(std::move(folder), name);
    context.remote.get_object(object, input.text("expectedBucketOwner"), file, context.patience());
    file.publish(overwrite);
    context.info("S3Download: " + shown_text(object.text()) + " to " +
                 shown_text((destination / relative).string()));
}

void download_prefix(const S3Location& prefix, const ModuleInput& input, ModuleContext& context) {
    const S3Listing listing =
        context.remote.list_objects(prefix, input.text("expectedBucketOwner"), context.patience());
    if (listing.keys.empty()) {
        throw StepFailure("there is no object below " + prefix.text());
    }
    const FilePath destination = without_separator(input.text("destination"));
    base::make_directories(destination, 0777);
    const base::Fd root = base::open_file(destination, O_RDONLY | O_DIRECTORY);
    for (const std::string& key : listing.keys) {
        context.check_time();
        if (key == prefix.key) {
            continue;  // the marker of the folder that was asked for
        }
        download_below({prefix.bucket, key}, relative_key_path(key, prefix.key), root.get(),
                       destination, input, context);
    }
    if (!listing.complete) {
        context.info("S3Download: " + prefix.text() +
                     " holds more than 1000 objects; the first 1000 were downloaded");
    }
}

}  // namespace

ModuleResult s3_download(const ModuleInput& input, ModuleContext& context) {
    S3Location source = parse_s3_location(input.text("source"));
    if (input.text("destination").empty()) {
        throw StepFailure("the destination is empty");
    }
    if (source.key == "*" || source.key.ends_with("/*")) {
        source.key.pop_back();
        download_prefix(source, input, context);
        return {};
    }
    if (source.key.ends_with('*')) {
        throw StepFailure("'" + source.text() + "': the * must follow a /");
    }
    if (source.key.empty() || source.key.ends_with('/')) {
        throw StepFailure("'" + source.text() +
                          "' names no object; write s3://bucket/prefix/* for all below a prefix");
    }
    download_object(source, input, context);
    return {};
}

}  // namespace goldsmith::guest
