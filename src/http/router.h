#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "http/call.h"
#include "http/listener.h"
#include "http/message.h"
#include "http/protocol.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace goldsmith::http {

using ServiceHandler = std::function<Answer(const Call&)>;

// One finished request, for audit, metrics and access logs.
struct Observation {
    const Request& request;
    const Call&
        call;  // service, region, operation and principal are empty as far as they are unknown
    int status;
    std::string error_code;  // empty on success
    std::chrono::nanoseconds duration;
    const Answer* answer = nullptr;  // null: a public page
};
// Called before the answer is sent, on the thread that handles the request (of what the listener
// refuses: on the thread of its sockets). False: the request had to be recorded and could not be;
// the client is told so with a 500 instead of the answer. Must not throw.
using Observer = std::function<bool(const Observation&)>;

// Asked before anything is done for a request that is not public: what to answer instead, if it may
// not go on. Must not throw.
using Admission = std::function<std::optional<Failure>()>;

struct RouterOptions {
    std::vector<std::string> regions;  // the regions a credential scope may name; empty: any
    Observer observe = {};             // may be empty
    Admission admit = {};              // may be empty
    base::Logger log = {};
};

// Sends each request to the service that its credential scope names, after verifying its signature,
// and encodes the answer. Paths registered as public are answered without a signature. Nothing a
// client sends yields a 5xx here; an exception out of a service handler is logged and answered as
// the protocol's internal failure (500).
//
// Register everything first; afterwards handle() may be called on several threads at once. The
// clock and the credential source must outlive the router.
class Router {
public:
    Router(RouterOptions options, const CredentialSource& credentials, const base::Clock& clock);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // `scope_name`: the service name in credential scopes ("imagebuilder").
    void add_service(std::string scope_name, std::shared_ptr<const Protocol> protocol,
                     ServiceHandler handler);

    // Unsigned GET and HEAD requests of exactly this path, or, when it ends in '/', of all paths
    // beneath it. A request that carries a signature goes to its service all the same.
    void add_public(std::string path, Handler handler);

    Response handle(const Request& request) const;
    // For Listener: shapes what the listener refuses in the protocol the client seems to speak.
    Response refuse(const Request& request, const Refusal& refusal) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::http
