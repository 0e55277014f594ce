// Where packages come from: reads a host's apt sources (one-line and deb822), picks the Debian
// archives among them, and writes the sources for a guest. No mirror's name is in this program: an
// image is made from the archives that the host itself was told to trust. Pure, apart from
// read_host_apt_sources.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "catalogue/entry.h"

namespace goldsmith::catalogue {

/// One stanza: every type x URI x suite.
struct AptSource {
    std::vector<std::string> types;  // "deb", "deb-src"
    std::vector<std::string> uris;
    std::vector<std::string> suites;
    std::vector<std::string> components;
    std::string signed_by;  // a path; empty: the host's default keys
    bool trusted = false;   // signatures are not checked: for a mirror of one's own

    bool operator==(const AptSource&) const = default;
};

/// `deb [signed-by=...] URI suite component...` lines. Lines that make no sense are skipped, as a
/// broken line is apt's to report.
std::vector<AptSource> parse_one_line_sources(std::string_view text);

/// `Types: / URIs: / Suites: ...` stanzas; disabled ones (`Enabled: no`) are left out.
std::vector<AptSource> parse_deb822_sources(std::string_view text);

/// /etc/apt/sources.list and sources.list.d below `root`.
std::vector<AptSource> read_host_apt_sources(const base::Path& root);

/// The archives of the entry's release, made from the Debian archives in `host`: a host that runs
/// another release of Debian names the same mirror. Other vendors' archives are left out. Empty
/// when the host knows no Debian mirror.
std::vector<AptSource> choose_debian_sources(const std::vector<AptSource>& host,
                                             const CatalogueEntry& entry);

/// The archives of the entry's release on a named mirror. Empty `security_mirror`: `mirror` with
/// "-security" appended.
std::vector<AptSource> sources_on_mirror(const std::string& mirror,
                                         const std::string& security_mirror,
                                         const CatalogueEntry& entry);

/// One-line form, as mmdebstrap takes it.
std::string to_one_line(const std::vector<AptSource>& sources);
/// deb822 form, for the guest's /etc/apt/sources.list.d/debian.sources.
std::string to_deb822(const std::vector<AptSource>& sources);

}  // namespace goldsmith::catalogue
