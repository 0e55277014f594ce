#include "catalogue/apt_sources.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

namespace goldsmith::catalogue {
namespace {

constexpr const char* kDebianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
constexpr std::uint64_t kLargestSourcesFile = 1 << 20;
// Names under which a host may follow Debian. Newer ones are found by the "debian" in the address.
constexpr std::array kDebianReleases{"buster",    "bullseye", "bookworm", "trixie",
                                     "forky",     "duke",     "sid",      "oldoldstable",
                                     "oldstable", "stable",   "testing",  "unstable"};

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool is_yes(const std::string& value) {
    const auto text = lower(value);
    return text == "yes" || text == "true" || text == "1" || text == "on";
}

// "[ signed-by=/a trusted=yes ]" -> into `source`; returns what follows the bracket.
std::string_view take_options(std::string_view rest, AptSource& source) {
    const auto open = rest.find_first_not_of(" \t");
    if (open == std::string_view::npos || rest[open] != '[')
        return rest;
    const auto close = rest.find(']', open);
    if (close == std::string_view::npos)
        return {};
    for (const auto& option : words_of(rest.substr(open + 1, close - open - 1))) {
        const auto equals = option.find('=');
        if (equals == std::string::npos)
            continue;
        const auto key = lower(option.substr(0, equals));
        const auto value = option.substr(equals + 1);
        if (key == "signed-by")
            source.signed_by = value;
        if (key == "trusted")
            source.trusted = is_yes(value);
    }
    return rest.substr(close + 1);
}

std::optional<AptSource> parse_line(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return std::nullopt;
    line.remove_prefix(first);
    const auto end = line.find_first_of(" \t");
    if (end == std::string_view::npos)
        return std::nullopt;
    AptSource source;
    source.types = {std::string(line.substr(0, end))};
    if (source.types[0] != "deb" && source.types[0] != "deb-src")
        return std::nullopt;
    const auto words = words_of(take_options(line.substr(end), source));
    if (words.size() < 2)
        return std::nullopt;
    source.uris = {words[0]};
    source.suites = {words[1]};
    source.components.assign(words.begin() + 2, words.end());
    return source;
}

using Stanza = std::map<std::string, std::string>;

std::optional<AptSource> source_of(const Stanza& stanza) {
    const auto field = [&](const char* name) {
        const auto at = stanza.find(name);
        return at == stanza.end() ? std::string() : at->second;
    };
    if (!field("enabled").empty() && !is_yes(words_of(field("enabled"))[0]))
        return std::nullopt;
    AptSource source;
    source.types = words_of(field("types"));
    source.uris = words_of(field("uris"));
    source.suites = words_of(field("suites"));
    source.components = words_of(field("components"));
    // An embedded key is not a path; such a stanza belongs to another vendor anyway.
    const auto keys = words_of(field("signed-by"));
    source.signed_by = keys.empty() ? "" : keys.size() == 1 ? keys[0] : "(embedded)";
    source.trusted = is_yes(field("trusted"));
    if (source.types.empty() || source.uris.empty() || source.suites.empty())
        return std::nullopt;
    return source;
}

std::string release_of(const std::string& suite) {
    return suite.substr(0, suite.find('-'));
}

// "bookworm-security" -> "-security"; nothing for backports, proposed-updates and the like, which
// an image does not get unless its builder asks for them.
std::optional<std::string> wanted_suffix(const std::string& suite) {
    const auto suffix = suite.substr(release_of(suite).size());
    if (suffix.empty() || suffix == "-updates" || suffix == "-security")
        return suffix;
    return std::nullopt;
}

bool is_debian_archive(const AptSource& source, const std::string& uri) {
    if (std::find(source.types.begin(), source.types.end(), "deb") == source.types.end()) {
        return false;
    }
    if (std::find(source.components.begin(), source.components.end(), "main") ==
        source.components.end()) {
        return false;
    }
    // Vendors sign with keys of their own. Where no key is named, the address has to say Debian.
    if (!source.signed_by.empty()) {
        return source.signed_by.find("debian-archive") != std::string::npos;
    }
    return lower(uri).find("debian") != std::string::npos;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

void add_suite(std::vector<AptSource>& chosen, const AptSource& from, const std::string& uri,
               const std::string& suite, const CatalogueEntry& entry) {
    for (auto& source : chosen) {
        const auto& known = source.suites;
        if (std::find(known.begin(), known.end(), suite) != known.end())
            return;
    }
    for (auto& source : chosen) {
        if (source.uris[0] == uri) {
            source.suites.push_back(suite);
            return;
        }
    }
    chosen.push_back({{"deb"},
                      {uri},
                      {suite},
                      entry.components,
                      from.trusted ? "" : kDebianKeyring,
                      from.trusted});
}

}  // namespace

std::vector<AptSource> parse_one_line_sources(std::string_view text) {
    std::vector<AptSource> sources;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (auto source = parse_line(line))
            sources.push_back(*source);
    }
    return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
    std::vector<AptSource> sources;
    Stanza stanza;
    std::string last_field;
    const auto finish = [&] {
        if (auto source = source_of(stanza))
            sources.push_back(*source);
        stanza.clear();
        last_field.clear();
    };
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            finish();
        } else if (line[0] == '#') {
            continue;
        } else if (line[0] == ' ' || line[0] == '\t') {
            if (!last_field.empty())
                stanza[last_field] += line;
        } else if (const auto colon = line.find(':'); colon != std::string::npos) {
            last_field = lower(line.substr(0, colon));
            stanza[last_field] = line.substr(colon + 1);
        }
    }
    finish();
    return sources;
}

std::vector<AptSource> read_host_apt_sources(const base::Path& root) {
    const auto apt = root / "etc/apt";
    std::vector<AptSource> sources;
    const auto add = [&](std::vector<AptSource> more) {
        sources.insert(sources.end(), more.begin(), more.end());
    };
    if (auto text = base::read_file_if_exists(apt / "sources.list", kLargestSourcesFile)) {
        add(parse_one_line_sources(*text));
    }
    for (const auto& name : base::list_directory(apt / "sources.list.d")) {
        const auto path = apt / "sources.list.d" / name;
        if (path.extension() == ".list") {
            add(parse_one_line_sources(base::read_file(path, kLargestSourcesFile)));
        } else if (path.extension() == ".sources") {
            add(parse_deb822_sources(base::read_file(path, kLargestSourcesFile)));
        }
    }
    return sources;
}

std::vector<AptSource> choose_debian_sources(const std::vector<AptSource>& host,
                                             const CatalogueEntry& entry) {
    std::vector<AptSource> chosen;
    for (const auto& source : host) {
        for (const auto& uri : source.uris) {
            if (!is_debian_archive(source, uri))
                continue;
            for (const auto& suite : source.suites) {
                const auto release = release_of(suite);
                const bool known = std::find(kDebianReleases.begin(), kDebianReleases.end(),
                                             release) != kDebianReleases.end();
                const auto suffix = wanted_suffix(suite);
                if (!known || !suffix)
                    continue;
                add_suite(chosen, source, uri, entry.codename + *suffix, entry);
            }
        }
    }
    return chosen;
}

std::vector<AptSource> sources_on_mirror(const std::string& mirror,
                                         const std::string& security_mirror,
                                         const CatalogueEntry& entry) {
    auto main = mirror;
    while (main.ends_with('/'))
        main.pop_back();
    const auto security = security_mirror.empty() ? main + "-security" : security_mirror;
    return {{{"deb"},
             {main},
             {entry.codename, entry.codename + "-updates"},
             entry.components,
             kDebianKeyring,
             false},
            {{"deb"},
             {security},
             {entry.codename + "-security"},
             entry.components,
             kDebianKeyring,
             false}};
}

std::string to_one_line(const std::vector<AptSource>& sources) {
    std::string text;
    for (const auto& source : sources) {
        std::string options;
        if (!source.signed_by.empty())
            options += " signed-by=" + source.signed_by;
        if (source.trusted)
            options += " trusted=yes";
        if (!options.empty())
            options = "[" + options.substr(1) + "] ";
        for (const auto& suite : source.suites) {
            text += "deb " + options + source.uris[0] + " " + suite + " " +
                    join(source.components) + "\n";
        }
    }
    return text;
}

std::string to_deb822(const std::vector<AptSource>& sources) {
    std::string text;
    for (const auto& source : sources) {
        if (!text.empty())
            text += "\n";
        text += "Types: deb\nURIs: " + source.uris[0] + "\nSuites: " + join(source.suites) +
                "\nComponents: " + join(source.components) + "\n";
        if (!source.signed_by.empty())
            text += "Signed-By: " + source.signed_by + "\n";
        if (source.trusted)
            text += "Trusted: yes\n";
    }
    return text;
}

}  // namespace goldsmith::catalogue
