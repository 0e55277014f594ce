#pragma once

#include "http/headers.h"

#include <functional>
#include <string>

namespace goldsmith::http {

// One HTTP request as it came off the wire: nothing is decoded, so that signatures can be verified.
struct Request {
    std::string method;    // as sent: "GET", "PUT", ...
    std::string target;    // as sent: path and query
    std::string raw_path;  // the target up to the first '?', percent-encoding kept; begins with '/'
    std::string raw_query;  // what follows the first '?'; empty when there is none
    Headers headers;
    std::string body;
    std::string remote_address;  // "192.0.2.7:51234"
    std::string tls_version;     // "TLSv1.3"; empty without TLS
    std::string tls_cipher;      // "TLS_AES_128_GCM_SHA256"; empty without TLS
};

struct Response {
    int status = 200;
    Headers headers;  // Content-Length, Date, Server and Connection are the listener's
    std::string body;
};

// Answers one request. Called on several threads at once. What it throws becomes a 500 without
// details, with the cause in the log.
using Handler = std::function<Response(const Request&)>;

// Splits a request target into raw path and raw query. An absolute form ("http://host/x") loses
// scheme and host; an empty path becomes "/".
void set_target(Request& request, std::string target);

}  // namespace goldsmith::http
