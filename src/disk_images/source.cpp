#include "disk_images/source.h"

#include "disk_images/refusal.h"
#include "disk_images/url.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kMaxList = 4 << 20;

std::optional<Digest> expected_digest(const ImageSource& source, const std::string& file_name,
                                      const FetchRules& rules) {
    if (source.digest || source.digest_list_url.empty()) {
        return source.digest;
    }
    FetchRules list_rules = rules;
    list_rules.https_only = source.digest_list_url.starts_with("https://");
    const auto found =
        find_digest(download_text(source.digest_list_url, kMaxList, list_rules), file_name);
    if (!found) {
        throw ImageRefused("the list of digests " + shown_url(source.digest_list_url) +
                           " does not name " + in_quotes(file_name));
    }
    return found;
}

}  // namespace

ImageFile obtain(const ImageSource& source, const base::Path& folder, const FetchRules& rules) {
    const bool is_url = source.location.find("://") != std::string::npos;
    ImageFile file;
    file.shown =
        is_url ? shown_url(source.location) : std::filesystem::absolute(source.location).string();
    file.file_name = is_url ? file_name_of_url(source.location)
                            : base::Path(source.location).filename().string();
    file.digest = expected_digest(source, file.file_name, rules);
    const DigestKind kind = file.digest ? file.digest->kind : DigestKind::sha256;
    if (is_url) {
        file.path = folder / "download";
        const Digest found = download(source.location, file.path, kind, rules);
        if (file.digest) {
            require_digest(*file.digest, found, in_quotes(file.file_name));
        }
        return file;
    }
    file.path = std::filesystem::absolute(source.location);
    if (file.digest) {
        require_digest(*file.digest, digest_of_file(file.path, kind), in_quotes(file.file_name));
    }
    return file;
}

}  // namespace goldsmith::disk_images
