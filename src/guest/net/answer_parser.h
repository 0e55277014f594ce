// AnswerParser reads one HTTP/1.x answer from pieces of any size: informational answers before it,
// the head, a body that is told by its length, by chunks or by the end of the connection. Takes
// hostile input in bounded memory. Pure: no I/O. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "guest/net/http_message.h"

namespace goldsmith::guest {

struct AnswerLimits {
    std::uint32_t head_bytes = 64 * 1024;
    std::uint64_t kept_body_bytes = 1024 * 1024;  ///< of bodies that no sink takes
};

class AnswerParser {
public:
    AnswerParser(const AnswerLimits& limits, bool answers_head, ChooseSink choose);
    ~AnswerParser();
    AnswerParser(const AnswerParser&) = delete;
    AnswerParser& operator=(const AnswerParser&) = delete;

    /// Takes the next bytes. Throws ProtocolFailure, and whatever the sink throws.
    void feed(std::string_view bytes);
    /// The connection has ended. Throws ConnectionFailure when the answer has not.
    void end_of_input();

    bool started() const { return started_; }
    bool done() const;
    /// The connection may carry another exchange.
    bool may_continue() const;
    std::uint64_t body_bytes() const;
    HttpAnswer take_answer();

private:
    class Reader;
    void parse();
    void next_answer();

    AnswerLimits limits_;
    bool answers_head_;
    ChooseSink choose_;
    std::unique_ptr<Reader> reader_;
    std::string pending_;
    int informational_ = 0;
    bool started_ = false;
};

}  // namespace goldsmith::guest
