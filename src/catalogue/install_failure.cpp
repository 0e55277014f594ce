#include "catalogue/install_failure.h"

#include <algorithm>
#include <array>
#include <deque>
#include <sstream>

namespace goldsmith::catalogue {
namespace {

constexpr const char* kOtherMirror =
    "name a mirror that this host can reach with `debian_mirror` in the configuration file (or "
    "`goldsmith image pull --mirror URL`)";
constexpr std::size_t kLastLines = 8;

bool says_any(const std::string& line, const std::vector<const char*>& phrases) {
    return std::any_of(phrases.begin(), phrases.end(),
                       [&](const char* phrase) { return line.find(phrase) != std::string::npos; });
}

bool is_network_failure(const std::string& line) {
    return says_any(line,
                    {"Temporary failure resolving", "Could not resolve", "Could not connect",
                     "Unable to connect", "Connection failed", "Connection timed out",
                     "connection timed out", "Network is unreachable", "No route to host",
                     "Failed to fetch", "does not have a Release file", "Could not wait for"});
}

std::string mirrors(const std::vector<AptSource>& sources) {
    std::string text;
    for (const auto& source : sources)
        text += (text.empty() ? "" : ", ") + source.uris.at(0);
    return text;
}

// "E: Failed to fetch http://..." -> without apt's prefix.
std::string bare(const std::string& line) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string::npos)
        return {};
    const auto text = line.substr(start);
    return text.starts_with("E: ") || text.starts_with("W: ") ? text.substr(3) : text;
}

}  // namespace

std::string explain_install_failure(std::string_view output,
                                    const std::vector<AptSource>& sources) {
    std::istringstream lines{std::string(output)};
    std::deque<std::string> last;
    std::string network;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("No space left on device") != std::string::npos) {
            return "the disk is full: " + bare(line) +
                   ". Making a base image needs about 3 GiB in the data directory; free some "
                   "(`goldsmith gc`) or use a data directory on a larger disk";
        }
        if (says_any(line, {"NO_PUBKEY", "is not signed", "keyring"}) && line.starts_with("E:")) {
            return "the package archive's signature could not be verified: " + bare(line) +
                   ". Install the package debian-archive-keyring on this host";
        }
        if (says_any(line, {"unshare failed", "cannot mknod", "Operation not permitted"}) &&
            line.find("mount") == std::string::npos && !line.starts_with("W:")) {
            return "this process may not make a root file system: " + bare(line) +
                   ". Run as root, with CAP_SYS_ADMIN if in a container";
        }
        if (network.empty() && is_network_failure(line))
            network = bare(line);
        if (bare(line).empty())
            continue;
        last.push_back(line);
        if (last.size() > kLastLines)
            last.pop_front();
    }
    if (!network.empty()) {
        return "the package archive cannot be reached (" + mirrors(sources) + "): " + network +
               ". Check the network and apt's proxy settings, or " + kOtherMirror;
    }
    std::string text = "installing the packages failed; the last lines were:";
    for (const auto& line : last)
        text += "\n    " + line;
    return text;
}

std::string no_sources_message(const CatalogueEntry& entry) {
    return "this host's apt configuration (/etc/apt) names no Debian archive from which " +
           entry.title + " could be installed; " + kOtherMirror;
}

}  // namespace goldsmith::catalogue
