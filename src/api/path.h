// Where in a request a value stands, for messages: "components[0].parameters". A stack of borrowed
// names; belongs to one walk on one thread.
#pragma once

#include <string>
#include <string_view>

#include "api/shown_text.h"

namespace goldsmith::api {

class Path {
public:
    const std::string& text() const { return text_; }

    /// Lengthens the path for as long as it lives.
    class Step {
    public:
        Step(Path& path, std::string_view member) : path_(path), length_(path.text_.size()) {
            path_.text_ += path_.text_.empty() ? "" : ".";
            path_.text_ += shown_text(member);  // the key of a map may be any text
        }
        Step(Path& path, std::size_t index) : path_(path), length_(path.text_.size()) {
            path_.text_ += '[' + std::to_string(index) + ']';
        }
        ~Step() { path_.text_.resize(length_); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        Path& path_;
        std::size_t length_;
    };

private:
    std::string text_;
};

}  // namespace goldsmith::api
