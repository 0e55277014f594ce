// Fd owns one file descriptor. Move-only; closes on destruction. Not thread-safe.
#pragma once

#include <utility>

namespace goldsmith::base {

class Fd {
public:
    Fd() = default;
    /// Takes ownership of `number`; negative means "none".
    explicit Fd(int number) noexcept : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }
    /// Gives up ownership.
    int release() noexcept { return std::exchange(number_, -1); }
    void reset() noexcept;

private:
    int number_ = -1;
};

/// A close-on-exec pipe.
struct Pipe {
    Fd read_end;
    Fd write_end;
};
Pipe make_pipe();

}  // namespace goldsmith::base
