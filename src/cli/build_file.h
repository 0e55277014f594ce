// BuildFile: what `goldsmith build` makes, read from YAML. Format: docs/formats/build-file.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::cli {

struct BuildComponent {
    std::string name;
    /// Where the document came from, for messages: its path, or the build file itself.
    std::string origin;
    std::string data;
    std::map<std::string, std::string> parameters;
};

struct BuildDistribution {
    std::string region;
    std::string name;
    std::string description;
    std::map<std::string, std::string> tags;
};

struct BuildFile {
    std::string name;
    std::string version = "1.0.0";
    std::string description;
    std::string parent_image = "debian-12-x86";
    std::string instance_type = "m5.large";
    std::string region = "us-east-1";
    bool tests = true;
    std::vector<BuildComponent> components;
    std::vector<BuildDistribution> distributions;
    std::map<std::string, std::string> tags;
};

/// Reads and checks the file and every component document it names. Throws
/// documents::DocumentErrors with all that is wrong, base::SystemError when a file cannot be read.
BuildFile load_build_file(const base::Path& file);

/// True when the YAML looks like a build file rather than a component or workflow document.
bool is_build_file(const base::Path& file);

}  // namespace goldsmith::cli
