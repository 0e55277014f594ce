// How the server listens, by its configuration: limits, times and TLS. Used by the daemon only.
#pragma once

#include "base/clock.h"
#include "daemon/config.h"
#include "daemon/data_directory.h"
#include "http/listener.h"

namespace goldsmith::daemon {

http::ListenOptions listen_options(const Config& config, const DataLayout& layout,
                                   const base::Clock& clock);

/// Makes or renews certificates of our own and writes <data>/tls/pin, by which the command line
/// knows this server. Returns the files to use; nothing when TLS is off. Throws base::Error.
std::optional<http::TlsFiles> prepare_tls(const Config& config, const DataLayout& layout,
                                          const base::Clock& clock);

/// Lets this process have as many descriptors as its connections need, as far as it may.
void allow_descriptors(const Config& config);

}  // namespace goldsmith::daemon
