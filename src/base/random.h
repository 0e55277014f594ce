// Random: unpredictable bytes as a parameter, so that tests can make ids repeatable. SystemRandom
// is thread-safe; SeededRandom is for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace goldsmith::base {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(void* data, std::size_t size) = 0;
};

/// getrandom(2).
class SystemRandom final : public Random {
public:
    void fill(void* data, std::size_t size) override;
};

/// A repeatable sequence (splitmix64). Never for secrets.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(void* data, std::size_t size) override;

private:
    std::uint64_t state_;
};

/// A version 4 UUID, lower case.
std::string make_uuid(Random& random);
/// `digits` lower-case hexadecimal digits: make_hex_id(random, 17) for the tail of "ami-...".
std::string make_hex_id(Random& random, std::size_t digits);
/// A version 4 shaped UUID made from a digest of `seed`: the same seed gives the same UUID.
std::string derive_uuid(const std::string& seed);

}  // namespace goldsmith::base
