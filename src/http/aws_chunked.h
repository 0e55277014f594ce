#pragma once

#include "http/headers.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace goldsmith::http {

// What signs the chunks of a STREAMING-AWS4-HMAC-SHA256-... payload.
struct ChunkSigning {
    std::string derived_key;
    std::string timestamp;
    std::string scope;           // "20260131/us-east-1/s3/aws4_request"
    std::string seed_signature;  // the request's own
};

struct ChunkedProblem {
    bool wrong_signature;  // else malformed
    std::string message;
};

struct ChunkedBody {
    std::string content;
    Headers trailers;
};

// Takes the aws-chunked framing off a payload ("<hex size>[;chunk-signature=..]\r\n<data>\r\n ...
// 0..\r\n<trailers>\r\n") and, when `signing` is given, verifies the signature of every chunk and
// of the trailer.
std::variant<ChunkedBody, ChunkedProblem> decode_aws_chunked(
    std::string_view payload, const std::optional<ChunkSigning>& signing, bool has_trailer);

}  // namespace goldsmith::http
