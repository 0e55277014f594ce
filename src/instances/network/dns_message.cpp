#include "instances/network/dns_message.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

namespace goldsmith::instances {

namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint16_t kClassIn = 1;
constexpr std::size_t kLongestName = 253;

/// Reads forward; every read says whether there was enough.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::optional<std::uint16_t> u16() {
        if (at_ + 2 > bytes_.size()) {
            return std::nullopt;
        }
        const auto value = static_cast<std::uint16_t>(byte(at_) << 8 | byte(at_ + 1));
        at_ += 2;
        return value;
    }

    std::optional<std::uint32_t> u32() {
        const auto high = u16();
        const auto low = u16();
        return high && low ? std::optional(std::uint32_t{*high} << 16 | *low) : std::nullopt;
    }

    std::optional<std::string_view> take(std::size_t size) {
        if (size > bytes_.size() - at_) {
            return std::nullopt;
        }
        const auto part = bytes_.substr(at_, size);
        at_ += size;
        return part;
    }

    /// A name without compression, as in questions.
    std::optional<std::string> plain_name() {
        std::string name;
        for (;;) {
            const auto length = take(1);
            if (!length || static_cast<unsigned char>(length->front()) > 63) {
                return std::nullopt;
            }
            if (length->front() == 0) {
                return name;
            }
            const auto label = take(static_cast<std::size_t>(length->front()));
            if (!label || name.size() + label->size() + 1 > kLongestName ||
                label->find('.') != std::string_view::npos) {
                return std::nullopt;
            }
            name += name.empty() ? "" : ".";
            for (const char c : *label) {
                name.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
            }
        }
    }

    /// Steps over a name that may be compressed; pointers are not followed.
    bool skip_name() {
        for (;;) {
            const auto length = take(1);
            if (!length) {
                return false;
            }
            const auto value = static_cast<unsigned char>(length->front());
            if (value == 0) {
                return true;
            }
            if (value >= 0xC0) {
                return take(1).has_value();
            }
            if (value > 63 || !take(value)) {
                return false;
            }
        }
    }

    std::size_t position() const { return at_; }

private:
    unsigned byte(std::size_t at) const { return static_cast<unsigned char>(bytes_[at]); }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

struct Header {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
};

std::optional<Header> read_header(Reader& reader) {
    const auto id = reader.u16();
    const auto flags = reader.u16();
    const auto questions = reader.u16();
    const auto answers = reader.u16();
    const auto others = reader.u32();
    if (!others) {
        return std::nullopt;
    }
    return Header{*id, *flags, *questions, *answers};
}

std::optional<DnsQuestion> read_question(Reader& reader, std::uint16_t id) {
    auto name = reader.plain_name();
    if (!name) {
        return std::nullopt;
    }
    const auto type = reader.u16();
    const auto in_class = reader.u16();
    if (!in_class || *in_class != kClassIn) {
        return std::nullopt;
    }
    return DnsQuestion{id, std::move(*name), *type};
}

}  // namespace

std::optional<DnsQuestion> parse_question(std::string_view message) {
    Reader reader(message);
    const auto header = read_header(reader);
    constexpr std::uint16_t operation = 0x7800;
    if (!header || header->questions != 1 || (header->flags & operation) != 0) {
        return std::nullopt;
    }
    return read_question(reader, header->id);
}

std::optional<DnsAddresses> parse_answer(std::string_view message, std::size_t most) {
    Reader reader(message);
    const auto header = read_header(reader);
    if (!header || (header->flags & 0x8000) == 0 || header->questions != 1 ||
        !read_question(reader, header->id)) {
        return std::nullopt;
    }
    DnsAddresses found;
    for (unsigned i = 0; i < header->answers; ++i) {
        if (!reader.skip_name()) {
            return std::nullopt;
        }
        const auto type = reader.u16();
        const auto in_class = reader.u16();
        const auto ttl = reader.u32();
        const auto length = reader.u16();
        const auto data = length ? reader.take(*length) : std::nullopt;
        if (!data) {
            return std::nullopt;
        }
        if (*type == kTypeA && *in_class == kClassIn && data->size() == 4 &&
            found.addresses.size() < most) {
            char text[INET_ADDRSTRLEN] = {};
            ::inet_ntop(AF_INET, data->data(), text, sizeof text);
            found.ttl_seconds = found.addresses.empty() ? *ttl : std::min(found.ttl_seconds, *ttl);
            found.addresses.emplace_back(text);
        }
    }
    return found;
}

std::string empty_answer(std::string_view query, DnsResult result) {
    Reader reader(query);
    const auto header = read_header(reader);
    if (!header || !read_question(reader, header->id)) {
        return "";
    }
    std::string answer(query.substr(0, reader.position()));
    const unsigned wants_recursion = static_cast<unsigned char>(query[2]) & 0x01U;
    answer[2] = static_cast<char>(0x80U | wants_recursion);
    answer[3] = static_cast<char>(0x80U | static_cast<unsigned>(result));
    std::fill(answer.begin() + 6, answer.begin() + kHeaderBytes, '\0');
    return answer;
}

std::string with_id(std::string_view message, std::uint16_t id) {
    std::string changed(message);
    if (changed.size() >= 2) {
        changed[0] = static_cast<char>(id >> 8);
        changed[1] = static_cast<char>(id & 0xFF);
    }
    return changed;
}

}  // namespace goldsmith::instances
