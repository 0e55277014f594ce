#include "contents/packages.h"

#include <functional>

namespace goldsmith::contents {

namespace {

using Paragraph = std::map<std::string, std::string, std::less<>>;

/// Paragraphs of "Key: value" lines; lines that go on with a blank are passed over.
void for_each_paragraph(std::string_view text, std::string_view separator,
                        const std::function<void(const Paragraph&)>& use) {
    Paragraph paragraph;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) {
            use(paragraph);
            paragraph.clear();
        } else if (const auto at = line.find(separator); at != std::string_view::npos) {
            paragraph.emplace(line.substr(0, at), line.substr(at + separator.size()));
        }
    }
    use(paragraph);
}

std::string at(const Paragraph& paragraph, std::string_view key) {
    const auto found = paragraph.find(key);
    return found == paragraph.end() ? "" : found->second;
}

void add(Packages& packages, const std::string& name, const std::string& architecture,
         const std::string& version) {
    if (!name.empty() && !packages.emplace(name, version).second) {
        packages.emplace(name + ":" + architecture, version);
    }
}

}  // namespace

Packages packages_of_dpkg(std::string_view status) {
    Packages packages;
    for_each_paragraph(status, ": ", [&](const Paragraph& paragraph) {
        if (at(paragraph, "Status").ends_with(" installed")) {
            add(packages, at(paragraph, "Package"), at(paragraph, "Architecture"),
                at(paragraph, "Version"));
        }
    });
    return packages;
}

Packages packages_of_apk(std::string_view installed) {
    Packages packages;
    for_each_paragraph(installed, ":", [&](const Paragraph& paragraph) {
        add(packages, at(paragraph, "P"), at(paragraph, "A"), at(paragraph, "V"));
    });
    return packages;
}

}  // namespace goldsmith::contents
