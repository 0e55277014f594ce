#pragma once

#include "http/headers.h"
#include "http/principal.h"

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace goldsmith::http {

// One authenticated API call, taken out of its wire protocol.
struct Call {
    std::string service;     // of the credential scope: "imagebuilder", "ec2", "logs"
    std::string region;      // of the credential scope
    std::string request_id;  // a UUID, also sent back to the client
    Principal principal;

    // json-1.1, query, ec2: the operation's name. rest-json: empty; method and path decide.
    std::string operation;
    std::string method;
    std::vector<std::string> path;                           // decoded segments; no empty ones
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; rest-json only

    // The input: rest-json and json-1.1 give the body's JSON object, {} when there is no body (and
    // null when it is octets, see Blobs); query and ec2 give the form as an untyped tree in which
    // every leaf is a string: "Filter.1.Name=x" is {"Filter":{"1":{"Name":"x"}}}.
    boost::json::value input;

    Headers headers;   // as received
    std::string body;  // without aws-chunked framing
    std::string remote_address;
    bool is_secure = false;  // came over TLS
};

// The call succeeded. `output` is the answer's members with wire names. XML protocols write an
// object as elements, an array as repeated elements ({"fooSet":{"item":[..]}}), null members not at
// all. null means "no output": JSON protocols send {} and the query protocol leaves out the result
// element.
struct Success {
    boost::json::value output;
    int status = 200;
    Headers headers;                    // in addition to the protocol's own
    std::optional<std::string> octets;  // sent instead of `output` (blob payloads)
    // The JSON text of `output`, which is null then; JSON protocols only.
    std::optional<std::string> text = {};
};

enum class Fault { sender, receiver };

// The call failed. `code` is the error's wire name ("ResourceNotFoundException",
// "InvalidAMIID.NotFound").
struct Failure {
    std::string code;
    std::string message;
    int status = 400;
    Fault fault = Fault::sender;
    boost::json::object members;  // further members of the error; JSON protocols send them
    Headers headers = {};         // in addition to the protocol's own
};

using Answer = std::variant<Success, Failure>;

}  // namespace goldsmith::http
