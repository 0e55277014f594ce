// WebDownload: a file from a web server, with a digest to check it by.
#include <algorithm>

#include "base/checksum.h"
#include "base/encoding.h"
#include "guest/file_digest.h"
#include "guest/modules/modules.h"
#include "guest/net/partial_file.h"
#include "guest/net/url.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {
namespace {

/// Writes to the file and computes its digest on the way.
class DigestingTarget final : public ByteTarget {
public:
    DigestingTarget(PartialFile& file, const std::string& algorithm)
        : file_(file), algorithm_(algorithm) {}
    void restart() override {
        file_.restart();
        checksum_ = algorithm_.empty() ? nullptr : base::make_checksum(algorithm_);
    }
    void write(std::string_view bytes) override {
        file_.write(bytes);
        if (checksum_) {
            checksum_->update(bytes);
        }
    }
    std::string digest() { return checksum_ ? base::hex_encode(checksum_->finish()) : ""; }

private:
    PartialFile& file_;
    std::string algorithm_;
    std::unique_ptr<base::Checksum> checksum_;
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

FilePath target_path(const std::string& source, const std::string& destination) {
    if (destination.empty()) {
        throw StepFailure("the destination is empty");
    }
    if (!names_folder(destination)) {
        return destination;
    }
    const std::string name = last_segment(parse_url(source));
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos) {
        throw StepFailure("the URL ends in no name of a file, so the destination must name one: '" +
                          destination + "'");
    }
    return FilePath(destination) / name;
}

/// "" unless both are given.
std::string wanted_algorithm(const ModuleInput& input, const ModuleContext& context) {
    const bool checksum = !input.text("checksum").empty();
    const bool algorithm = !input.text("algorithm").empty();
    if (checksum != algorithm) {
        context.info(
            "WebDownload: the digest is not checked: 'checksum' and 'algorithm' go together");
    }
    return checksum && algorithm ? input.text("algorithm") : "";
}

}  // namespace

ModuleResult web_download(const ModuleInput& input, ModuleContext& context) {
    const std::string source = input.text("source");
    const FilePath target = target_path(source, input.text("destination"));
    const std::string algorithm = wanted_algorithm(input, context);
    const std::string checksum = input.text("checksum");
    const bool overwrite = input.flag("overwrite", true);
    const ModuleResult result{ModuleOutcome::done, {{"destination", {target.string()}}}};
    if (std::filesystem::is_directory(target)) {
        throw StepFailure("'" + target.string() +
                          "' is a folder; a folder as destination ends with /");
    }
    if (!overwrite && present(target)) {
        throw StepFailure("the file '" + target.string() +
                          "' exists already and 'overwrite' is false");
    }
    if (!algorithm.empty() && present(target) &&
        equal_hex(file_digest_hex(algorithm, target.string()).value_or(""), checksum)) {
        context.info("WebDownload: " + target.string() + " has the right digest already");
        return result;
    }
    make_parents(target);
    PartialFile file(target);
    DigestingTarget bytes(file, lower(algorithm));
    const WebSource from{source, input.flag("ignoreCertificateErrors", false), !algorithm.empty()};
    context.remote.download(
        from, bytes,
        [&context](const std::string& message) { context.info("WebDownload: " + message); },
        context.patience());
    if (const std::string digest = bytes.digest();
        !algorithm.empty() && !equal_hex(digest, checksum)) {
        throw StepFailure("the " + algorithm + " digest of the download is " + digest +
                          " instead of " + checksum + "; the file was not kept");
    }
    file.publish(overwrite);
    context.info("WebDownload: downloaded to " + target.string());
    return result;
}

}  // namespace goldsmith::guest
