#include "http/aws_chunked.h"

#include "base/hash.h"
#include "http/sigv4.h"

#include <charconv>

namespace goldsmith::http {
namespace {

constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

class Decoder {
public:
    Decoder(std::string_view payload, const std::optional<ChunkSigning>& signing, bool has_trailer)
        : rest_(payload), signing_(signing), has_trailer_(has_trailer) {
        if (signing_) {
            previous_signature_ = signing_->seed_signature;
        }
    }

    std::variant<ChunkedBody, ChunkedProblem> decode() {
        while (!done_) {
            if (auto problem = read_chunk()) {
                return *std::move(problem);
            }
        }
        if (auto problem = has_trailer_ ? read_trailers() : expect_end()) {
            return *std::move(problem);
        }
        return std::move(body_);
    }

private:
    static ChunkedProblem malformed(std::string what) {
        return {false, "The aws-chunked body is malformed: " + std::move(what) + "."};
    }

    // Up to the next CR LF, which is consumed.
    std::optional<std::string_view> read_line() {
        const auto end = rest_.find("\r\n");
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 2);
        return line;
    }

    std::optional<ChunkedProblem> read_chunk() {
        const auto line = read_line();
        if (!line) {
            return malformed("a chunk header is cut off");
        }
        const auto semicolon = line->find(';');
        const auto digits = line->substr(0, semicolon);
        std::size_t size = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
        if (digits.empty() || parsed.ec != std::errc() ||
            parsed.ptr != digits.data() + digits.size()) {
            return malformed("a chunk size is not a hexadecimal number");
        }
        done_ = size == 0;
        if (rest_.size() < size) {
            return malformed("a chunk is shorter than its size says");
        }
        const auto data = rest_.substr(0, size);
        rest_.remove_prefix(size);
        if (auto problem =
                check_chunk(semicolon == std::string_view::npos ? std::string_view{}
                                                                : line->substr(semicolon + 1),
                            data)) {
            return problem;
        }
        body_.content.append(data);
        return done_ ? std::nullopt : end_of_chunk();
    }

    std::optional<ChunkedProblem> end_of_chunk() {
        if (!rest_.starts_with("\r\n")) {
            return malformed("a chunk does not end with CR LF");
        }
        rest_.remove_prefix(2);
        return std::nullopt;
    }

    std::optional<ChunkedProblem> check_chunk(std::string_view extension, std::string_view data) {
        if (!signing_) {
            return std::nullopt;
        }
        constexpr std::string_view kName = "chunk-signature=";
        if (!extension.starts_with(kName)) {
            return malformed("a chunk has no chunk-signature");
        }
        return check_signature("AWS4-HMAC-SHA256-PAYLOAD",
                               std::string(sigv4::kEmptyHash) + "\n" + base::sha256_hex(data),
                               extension.substr(kName.size()));
    }

    std::optional<ChunkedProblem> check_signature(std::string_view algorithm,
                                                  const std::string& hashes,
                                                  std::string_view given) {
        std::string text(algorithm);
        text.append("\n").append(signing_->timestamp).append("\n").append(signing_->scope);
        text.append("\n").append(previous_signature_).append("\n").append(hashes);
        const auto expected = sigv4::signature(signing_->derived_key, text);
        if (!base::equal_in_constant_time(expected, given)) {
            return ChunkedProblem{true, "A chunk signature of the body does not match."};
        }
        previous_signature_ = expected;
        return std::nullopt;
    }

    std::optional<ChunkedProblem> read_trailers() {
        std::string signed_text;
        std::string_view signature;
        while (!rest_.empty()) {
            const auto line = read_line();
            if (!line) {
                return malformed("a trailer is cut off");
            }
            if (line->empty()) {
                break;
            }
            const auto colon = line->find(':');
            if (colon == std::string_view::npos) {
                return malformed("a trailer has no colon");
            }
            const auto name = lower_case(trimmed(line->substr(0, colon)));
            const auto value = trimmed(line->substr(colon + 1));
            if (name == kTrailerSignature) {
                signature = value;
                continue;
            }
            signed_text.append(name).append(":").append(value).append("\n");
            body_.trailers.add(name, std::string(value));
        }
        if (signing_) {
            if (auto problem = check_signature("AWS4-HMAC-SHA256-TRAILER",
                                               base::sha256_hex(signed_text), signature)) {
                return problem;
            }
        }
        return expect_end();
    }

    std::optional<ChunkedProblem> expect_end() {
        if (rest_.empty() || rest_ == "\r\n") {
            return std::nullopt;
        }
        return malformed("bytes follow the last chunk");
    }

    std::string_view rest_;
    const std::optional<ChunkSigning>& signing_;
    bool has_trailer_;
    bool done_ = false;
    std::string previous_signature_;
    ChunkedBody body_;
};

}  // namespace

std::variant<ChunkedBody, ChunkedProblem> decode_aws_chunked(
    std::string_view payload, const std::optional<ChunkSigning>& signing, bool has_trailer) {
    return Decoder(payload, signing, has_trailer).decode();
}

}  // namespace goldsmith::http
