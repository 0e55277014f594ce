#include "http/derived_keys.h"

namespace goldsmith::http {
namespace {

constexpr std::size_t kMostKeys = 1024;
constexpr std::size_t kLongestName = 256;

}  // namespace

std::string DerivedKeys::find_or_derive(std::string_view secret, const sigv4::Scope& scope) {
    auto name = scope.text();
    if (name.size() > kLongestName) {
        return sigv4::derived_key(secret, scope);
    }
    name.append("\n").append(secret);
    {
        auto keys = keys_.lock();
        const auto found = keys->find(name);
        if (found != keys->end()) {
            return found->second;
        }
    }
    auto key = sigv4::derived_key(secret, scope);
    auto keys = keys_.lock();
    if (keys->size() >= kMostKeys) {  // a scope may name anything; then nothing is gained nor lost
        keys->clear();
    }
    keys->insert_or_assign(std::move(name), key);
    return key;
}

}  // namespace goldsmith::http
