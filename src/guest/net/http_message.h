// One HTTP request of ours and the answer to it. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guest/net/url.h"

namespace goldsmith::guest {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method = "GET";
    Url url;
    HeaderFields headers;  ///< without Host, Content-Length and Connection
    std::string body;
    int file = -1;  ///< when not negative, its first `file_bytes` bytes are the body
    std::uint64_t file_bytes = 0;
};

struct HttpAnswer {
    int status = 0;
    std::string reason;
    HeaderFields headers;
    std::string body;  ///< what was not given to a sink

    /// The first field of that name, whatever its case; "" when there is none.
    std::string_view header(std::string_view name) const;
};

/// Takes the body of an answer as it arrives. Decided when the head is there: null keeps the body
/// in the answer.
using BodySink = std::function<void(std::string_view piece)>;
using ChooseSink = std::function<BodySink(const HttpAnswer& head)>;

/// ASCII only.
bool same_header_name(std::string_view a, std::string_view b);

}  // namespace goldsmith::guest
