#pragma once

#include "http/tls_files.h"

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace goldsmith::http {

// The server's side of TLS: version 1.2 or newer, forward secrecy and authenticated encryption
// only, no renegotiation, ALPN http/1.1. Throws base::Error naming the file that is missing, is not
// PEM, or does not belong to the other.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsFiles& files);

// What a client pins to be sure of exactly this server: "sha256//" and the base64 of the digest of
// the certificate's public key.
std::string public_key_pin(const std::filesystem::path& certificate);

}  // namespace goldsmith::http
