#include "guest/loop_values.h"

namespace goldsmith::guest {

using documents::ComponentLoop;

LoopValues::LoopValues(const ComponentLoop* loop,
                       const std::function<std::string(std::string_view)>& expand) {
    if (loop == nullptr) {
        return;
    }
    switch (loop->kind) {
        case ComponentLoop::Kind::range: {
            range_ = true;
            start_ = loop->start;
            update_by_ = loop->update_by;
            const __int128 distance = static_cast<__int128>(loop->end) - loop->start;
            count_ = static_cast<std::size_t>(distance / loop->update_by) + 1;
            return;
        }
        case ComponentLoop::Kind::list:
            for (const std::string& item : loop->items) {
                values_.push_back(expand(item));
            }
            break;
        case ComponentLoop::Kind::delimited: {
            const std::string list = expand(loop->list);
            for (std::size_t begin = 0; begin <= list.size();) {
                const std::size_t end = std::min(list.find(loop->delimiter, begin), list.size());
                values_.push_back(list.substr(begin, end - begin));
                begin = end + 1;
            }
            break;
        }
    }
    count_ = values_.size();
}

std::string LoopValues::at(std::size_t index) const {
    if (range_) {
        // Within the bounds that the document gave, hence within 64 bits.
        return std::to_string(static_cast<std::int64_t>(start_ + static_cast<__int128>(update_by_) *
                                                                     static_cast<__int128>(index)));
    }
    return index < values_.size() ? values_[index] : "";
}

void consolidate(Outputs& into, const Outputs& iteration, std::string_view separator) {
    for (const auto& [key, value] : iteration) {
        auto [found, added] = into.emplace(key, value);
        if (added) {
            continue;
        }
        if (value.number) {
            found->second = value;
        } else {
            found->second.text.append(separator).append(value.text);
        }
    }
}

}  // namespace goldsmith::guest
