#pragma once

#include "base/guarded.h"
#include "http/sigv4.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace goldsmith::http {

// Derived signing keys that were computed before: a client signs a whole day with one. Bounded; may
// be used from several threads at once.
class DerivedKeys {
public:
    std::string find_or_derive(std::string_view secret, const sigv4::Scope& scope);

private:
    base::Guarded<std::unordered_map<std::string, std::string>> keys_;
};

}  // namespace goldsmith::http
