#include "guest/net/answer_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "guest/net/connection.h"

namespace goldsmith::guest {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

namespace {

/// A server that says "100 Continue" for ever is not waited for.
constexpr int most_informational = 16;
/// More fields than this are no answer but an attack.
constexpr std::size_t most_fields = 512;

std::string_view view(string_view text) {
    return {text.data(), text.size()};
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_header_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view HttpAnswer::header(std::string_view name) const {
    const auto found = std::ranges::find_if(
        headers, [&](const auto& field) { return same_header_name(field.first, name); });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

/// Beast parses; this takes what it finds.
class AnswerParser::Reader final : public http::basic_parser<false> {
public:
    Reader(const AnswerLimits& limits, const ChooseSink& choose)
        : limits_(limits), choose_(choose) {
        header_limit(limits.head_bytes);
        body_limit(boost::none);
        eager(true);
    }

    HttpAnswer answer;
    std::uint64_t body_bytes = 0;

private:
    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view reason, int, error_code&) override {
        answer.status = code;
        answer.reason = view(reason.substr(0, 200));
    }
    void on_field_impl(http::field, string_view name, string_view value, error_code& ec) override {
        if (answer.headers.size() >= most_fields) {
            ec = http::error::header_limit;
            return;
        }
        answer.headers.emplace_back(view(name), view(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {
        sink_ = choose_ ? choose_(answer) : BodySink();
    }
    std::size_t on_body_impl(string_view piece, error_code& ec) override {
        take(view(piece), ec);
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code& ec) override {
        take(view(piece), ec);
        return piece.size();
    }
    void on_finish_impl(error_code&) override {}

    void take(std::string_view piece, error_code& ec) {
        body_bytes += piece.size();
        if (sink_) {
            sink_(piece);
        } else if (body_bytes > limits_.kept_body_bytes) {
            ec = http::error::body_limit;
        } else {
            answer.body.append(piece);
        }
    }

    const AnswerLimits& limits_;
    const ChooseSink& choose_;
    BodySink sink_;
};

AnswerParser::AnswerParser(const AnswerLimits& limits, bool answers_head, ChooseSink choose)
    : limits_(limits), answers_head_(answers_head), choose_(std::move(choose)) {
    next_answer();
}

AnswerParser::~AnswerParser() = default;

void AnswerParser::next_answer() {
    reader_ = std::make_unique<Reader>(limits_, choose_);
    reader_->skip(answers_head_);
}

void AnswerParser::feed(std::string_view bytes) {
    started_ = started_ || !bytes.empty();
    pending_.append(bytes);
    parse();
    while (done() && reader_->answer.status / 100 == 1 && reader_->answer.status != 101) {
        if (++informational_ > most_informational) {
            throw ProtocolFailure("the server sends informational answers without an end");
        }
        next_answer();
        parse();
    }
}

void AnswerParser::parse() {
    std::size_t used = 0;
    while (!reader_->is_done() && used < pending_.size()) {
        error_code failed;
        const std::size_t taken = reader_->put(
            boost::asio::buffer(pending_.data() + used, pending_.size() - used), failed);
        used += taken;
        if (failed == http::error::need_more) {
            break;
        }
        if (failed == http::error::header_limit) {
            throw ProtocolFailure("the head of the server's answer is larger than " +
                                  std::to_string(limits_.head_bytes / 1024) + " KiB");
        }
        if (failed == http::error::body_limit) {
            throw ProtocolFailure("the server's answer is larger than " +
                                  std::to_string(limits_.kept_body_bytes / 1024) + " KiB");
        }
        if (failed) {
            throw ProtocolFailure("the server's answer is not HTTP: " + failed.message());
        }
        if (taken == 0) {
            break;
        }
    }
    pending_.erase(0, used);
    // Lines that never end: of the head, of a chunk, of a trailer.
    if (!reader_->is_done() && pending_.size() > limits_.head_bytes) {
        throw ProtocolFailure("the server's answer has a line without an end");
    }
}

void AnswerParser::end_of_input() {
    if (done()) {
        return;
    }
    if (!started_ || !reader_->is_header_done()) {
        throw ConnectionFailure(started_ ? "the server closed the connection within its answer"
                                         : "the server closed the connection without an answer");
    }
    error_code failed;
    reader_->put_eof(failed);
    if (failed || !reader_->is_done()) {
        throw ConnectionFailure(
            "the server closed the connection after " + std::to_string(body_bytes()) +
            " bytes of its answer" +
            (reader_->answer.header("Content-Length").empty()
                 ? std::string()
                 : " instead of " + std::string(reader_->answer.header("Content-Length"))));
    }
}

bool AnswerParser::done() const {
    return reader_->is_done();
}

bool AnswerParser::may_continue() const {
    return reader_->is_done() && reader_->keep_alive() && pending_.empty();
}

std::uint64_t AnswerParser::body_bytes() const {
    return reader_->body_bytes;
}

HttpAnswer AnswerParser::take_answer() {
    return std::move(reader_->answer);
}

}  // namespace goldsmith::guest
