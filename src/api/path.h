// Where in a request a value stands, for messages: "components[0].parameters". A stack of borrowed
// names, which becomes a text only when somebody asks; belongs to one walk on one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "api/shown_text.h"

namespace goldsmith::api {

class Path {
public:
    Path() = default;
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

    std::string text() const {
        std::string text;
        append(text, last_);
        return text;
    }

    /// Lengthens the path for as long as it lives; steps end in the reverse order of their begin.
    class Step {
    public:
        /// The name must outlive the step.
        Step(Path& path, std::string_view member)
            : path_(path), before_(std::exchange(path.last_, this)), member_(member) {}
        Step(Path& path, std::size_t index)
            : path_(path), before_(std::exchange(path.last_, this)), index_(index) {}
        ~Step() { path_.last_ = before_; }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        friend Path;
        Path& path_;
        const Step* before_;
        std::string_view member_;
        std::size_t index_ = no_index;
    };

private:
    static constexpr std::size_t no_index = std::string::npos;

    static void append(std::string& text, const Step* step) {
        if (step == nullptr) {
            return;
        }
        append(text, step->before_);
        if (step->index_ != no_index) {
            text += '[' + std::to_string(step->index_) + ']';
        } else {
            text += text.empty() ? "" : ".";
            text += shown_text(step->member_);  // the key of a map may be any text
        }
    }

    const Step* last_ = nullptr;
};

}  // namespace goldsmith::api
