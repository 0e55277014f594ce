#include "engines/engine.h"

#include <stdexcept>

#include "base/hash.h"

namespace goldsmith::engines {

namespace {

constexpr std::size_t id_digits = 24;

}  // namespace

RunId RunId::from_token(std::string_view token) {
    return RunId(base::sha256_hex(token).substr(0, id_digits));
}

RunId RunId::parse(std::string_view text) {
    if (text.size() != id_digits ||
        text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        throw std::invalid_argument("'" + std::string(text.substr(0, 80)) + "' is not a run id");
    }
    return RunId(std::string(text));
}

}  // namespace goldsmith::engines
