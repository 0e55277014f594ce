// How two images differ: packages, units, files. Pure, but for the reading of content that
// compare() does where times and sizes do not decide.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "contents/image_contents.h"

namespace goldsmith::contents {

struct NamedValue {
    std::string name{};
    std::string value{};  // version of a package, state of a unit; empty for a file
    bool operator==(const NamedValue&) const = default;
};

/// "mode": "0644" -> "0600". The content of a file has no values.
struct Aspect {
    std::string name{};  // version, state, content, size, mode, owner, kind, target
    std::string before{};
    std::string after{};
    bool operator==(const Aspect&) const = default;
};

struct Changed {
    std::string name{};
    std::vector<Aspect> aspects{};
    bool operator==(const Changed&) const = default;
};

struct Section {
    std::vector<NamedValue> added{};
    std::vector<NamedValue> removed{};
    std::vector<Changed> changed{};
    bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

struct Difference {
    Section packages{};
    Section units{};
    Section files{};
    /// False: the packages of one of them at least could not be listed.
    bool packages_known = true;
};

struct CompareOptions {
    /// Only files below this folder: "/etc". Packages and units are compared whole.
    std::string below = "/";
    /// Read every file, also those of the same size and time.
    bool all_content = false;
};

/// The files whose content has to be read to know whether they differ: of the same size, but of
/// other times (or any, with `all_content`).
std::vector<std::string> undecided_files(const ImageContents& before, const ImageContents& after,
                                         const CompareOptions& options);

/// `other_content`: those of the undecided files that do differ.
Difference difference_of(const ImageContents& before, const ImageContents& after,
                         const std::set<std::string>& other_content, const CompareOptions& options);

/// Reads both images and compares them. Throws base::Error.
Difference compare(const ExtFiles& before, const ExtFiles& after, const CompareOptions& options);

}  // namespace goldsmith::contents
