// Records that wait to be written, one behind the other in one piece of memory: who hands one over
// and who writes it are different threads, and memory that crosses threads is slow to give back.
// Used by Log; one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/completion.h"

namespace goldsmith::audit {

class Batch {
public:
    using Written = base::Completion<bool>;

    bool empty() const { return records_.empty(); }
    std::size_t size() const { return records_.size(); }
    std::size_t bytes() const { return text_.size(); }

    /// `waiter` is null when nobody waits.
    void add(std::string_view record, std::shared_ptr<Written> waiter) {
        const auto begin = text_.size();
        text_.append(record);
        records_.push_back({begin, record.size(), std::move(waiter)});
    }

    /// Takes the records of `later` behind its own.
    void take(Batch& later) {
        if (empty()) {
            std::swap(*this, later);
        } else {
            for (Record& record : later.records_) {
                add(later.text_of(record), std::move(record.waiter));
            }
        }
        later.clear();
    }

    void clear() {
        records_.clear();
        text_.clear();
        if (text_.capacity() > most_kept_bytes) {
            text_.shrink_to_fit();
            records_.shrink_to_fit();
        }
    }

    template <class Visit>
    void for_each(const Visit& visit) const {
        for (const Record& record : records_) {
            visit(text_of(record));
        }
    }

    bool is_awaited() const {
        for (const Record& record : records_) {
            if (record.waiter != nullptr) {
                return true;
            }
        }
        return false;
    }

    /// Tells everybody who waits; nobody waits any more.
    void report(bool written) {
        for (Record& record : records_) {
            if (record.waiter != nullptr) {
                std::exchange(record.waiter, nullptr)->report(written);
            }
        }
    }

    void drop_what_nobody_awaits() {
        std::erase_if(records_, [](const Record& record) { return record.waiter == nullptr; });
    }

private:
    static constexpr std::size_t most_kept_bytes = 1UL << 20;

    struct Record {
        std::size_t begin;
        std::size_t size;
        std::shared_ptr<Written> waiter;
    };

    std::string_view text_of(const Record& record) const {
        return std::string_view(text_).substr(record.begin, record.size);
    }

    std::vector<Record> records_;
    std::string text_;
};

}  // namespace goldsmith::audit
