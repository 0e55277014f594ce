// How keys of the configuration file are read: a key is its name and a function that sets a member
// of Config or reports what is wrong. A part of config.cpp and of the files that add keys to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/config.h"
#include "documents/diagnostics.h"
#include "documents/yaml.h"

namespace goldsmith::daemon {

using documents::DiagnosticSink;
using documents::YamlNode;

using Setter = std::function<void(const YamlNode&, Config&, DiagnosticSink&)>;
using Setters = std::map<std::string, Setter, std::less<>>;

Setter text_of(std::string Config::*member);
Setter one_of(std::string Config::*member, std::vector<std::string> choices);
Setter truth_of(bool Config::*member);
Setter number_of(std::int64_t minimum, std::int64_t maximum,
                 std::function<void(Config&, std::int64_t)> set);

/// Keys about connections, limits, TLS, throttling and the audit log (config_edge.cpp).
Setters edge_setters();

/// config_networks.cpp.
void set_networks(const YamlNode& node, Config& config, DiagnosticSink& errors);
void set_security_groups(const YamlNode& node, Config& config, DiagnosticSink& errors);

}  // namespace goldsmith::daemon
