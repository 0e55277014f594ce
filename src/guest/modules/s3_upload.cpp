// S3Upload: one file to a key, or files of a folder to a prefix.
#include <fcntl.h>

#include <algorithm>

#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

void upload(const FilePath& file, const S3Location& object, const ModuleInput& input,
            ModuleContext& context) {
    const base::Fd fd = base::open_file(file, O_RDONLY);
    context.remote.put_object(object, input.text("expectedBucketOwner"), fd.get(),
                              context.patience());
    context.info("S3Upload: " + file.string() + " to " + object.text());
}

/// Files of a folder whose names match, as paths relative to it; with `recurse` also of its
/// sub-folders. Links to folders are not entered.
void collect(const FilePath& folder, const FilePath& below, const std::string& pattern,
             bool recurse, std::vector<FilePath>& found) {
    for (const std::string& name : base::list_directory(folder / below)) {
        const FilePath relative = below / name;
        std::error_code ignored;
        const auto status = std::filesystem::symlink_status(folder / relative, ignored);
        if (std::filesystem::is_directory(status)) {
            if (recurse) {
                collect(folder, relative, pattern, recurse, found);
            }
        } else if (matches_pattern(pattern, name) &&
                   std::filesystem::is_regular_file(folder / relative, ignored)) {
            found.push_back(relative);
        }
    }
}

void upload_matching(const FilePath& source, S3Location prefix, const ModuleInput& input,
                     ModuleContext& context) {
    const FilePath folder = source.has_parent_path() ? source.parent_path() : FilePath(".");
    if (!std::filesystem::is_directory(folder)) {
        throw StepFailure("the folder '" + folder.string() + "' does not exist");
    }
    std::vector<FilePath> files;
    collect(folder, "", source.filename().string(), input.flag("recurse", false), files);
    if (files.empty()) {
        throw StepFailure("no file matches '" + source.string() + "'");
    }
    if (!prefix.key.empty() && !prefix.key.ends_with('/')) {
        prefix.key += '/';
    }
    std::ranges::sort(files);
    for (const FilePath& file : files) {
        context.check_time();
        upload(folder / file, {prefix.bucket, prefix.key + file.string()}, input, context);
    }
}

}  // namespace

ModuleResult s3_upload(const ModuleInput& input, ModuleContext& context) {
    const std::string source = input.text("source");
    S3Location destination = parse_s3_location(input.text("destination"));
    if (source.empty()) {
        throw StepFailure("the source is empty");
    }
    if (has_wildcard(source)) {
        upload_matching(source, std::move(destination), input, context);
        return {};
    }
    if (std::filesystem::is_directory(source)) {
        throw StepFailure("'" + source + "' is a folder; write '" +
                          without_separator(source).string() + "/*' for the files in it");
    }
    if (destination.key.empty() || destination.key.ends_with('/')) {
        destination.key += FilePath(source).filename().string();
    }
    upload(source, destination, input, context);
    return {};
}

}  // namespace goldsmith::guest
