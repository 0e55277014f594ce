#pragma once

#include <filesystem>

namespace goldsmith::http {

// What a server proves its name with: PEM files. The certificate file may go on with the
// certificates of intermediate authorities.
struct TlsFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

}  // namespace goldsmith::http
