// libFuzzer entry over everything that reads what a server sends or a document says about the
// network: HTTP answers in pieces, URLs and redirects, listings, keys, the shared AWS files.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "guest/net/answer_parser.h"
#include "guest/net/connection.h"
#include "guest/net/proxy.h"
#include "guest/net/retry_plan.h"
#include "guest/net/s3_location.h"
#include "guest/net/shared_config.h"
#include "guest/net/url.h"
#include "guest/net/xml_text.h"

namespace {

using namespace goldsmith;
using namespace goldsmith::guest;

/// Whole or byte by byte, an answer must read the same: its status and body, or "" for a failure.
std::string read_answer(std::string_view text, std::size_t piece) {
    try {
        AnswerParser parser({1024, 4096}, false, {});
        for (; !text.empty() && !parser.done(); text.remove_prefix(std::min(piece, text.size()))) {
            parser.feed(text.substr(0, piece));
        }
        parser.end_of_input();
        const HttpAnswer answer = parser.take_answer();
        return std::to_string(answer.status) + " " + answer.body;
    } catch (const base::Error& error) {
        if (*error.what() == '\0') {
            std::abort();  // an error that says nothing
        }
        return "";
    }
}

void check_url(std::string_view text) {
    try {
        const Url url = parse_url(text);
        for (const char c : url.target + url.host) {
            if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
                std::abort();  // could end the request line
            }
        }
        const Url again = parse_url(url.origin() + url.target);
        if (again.target != url.target || again.host != url.host || again.port != url.port) {
            std::abort();
        }
        last_segment(url);
        is_excluded_from_proxy(url, text);
    } catch (const UrlError&) {
    }
    try {
        if (!resolve_reference(parse_url("https://host/a/b?c"), text).target.starts_with('/')) {
            std::abort();
        }
    } catch (const UrlError&) {
    }
}

void check_key(std::string_view text) {
    try {
        const std::string path = relative_key_path(std::string(text), "");
        if (path.starts_with('/') || ("/" + path + "/").find("/../") != std::string::npos) {
            std::abort();  // would leave the destination
        }
    } catch (const base::Error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (read_answer(text, text.size() + 1) != read_answer(text, 1)) {
        std::abort();
    }
    check_url(text);
    check_key(text);
    find_elements(text, "Key");
    decode_xml_text(text);
    find_profile(text, "default");
    parse_retry_after(text, {});
    return 0;
}
