// Prepared: the part of a work under a client token (once.h) that needs no database, done before
// the transaction, where other writers would wait for it. What it throws is thrown by get(), within
// the work: a repetition of the request gets its answer first.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>

namespace goldsmith::service::imagebuilder {

template <class Value>
class Prepared {
public:
    template <class Prepare>
    explicit Prepared(Prepare prepare) {
        try {
            value_.emplace(prepare());
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    const Value& get() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return *value_;
    }

private:
    std::optional<Value> value_;
    std::exception_ptr failure_;
};

template <class Prepare>
Prepared(Prepare) -> Prepared<std::invoke_result_t<Prepare&>>;

}  // namespace goldsmith::service::imagebuilder
