// The values a loop goes through.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/component_document.h"
#include "guest/run_record.h"

namespace goldsmith::guest {

class LoopValues {
public:
    /// Resolves the list once. A step without a loop has one iteration.
    LoopValues(const documents::ComponentLoop* loop,
               const std::function<std::string(std::string_view)>& expand);

    std::size_t count() const { return count_; }
    std::string at(std::size_t index) const;

private:
    std::size_t count_ = 1;
    bool range_ = false;
    std::int64_t start_ = 0;
    std::int64_t update_by_ = 0;
    std::vector<std::string> values_;
};

/// Outputs of a looped step: texts joined with line breaks, of numbers the last.
void consolidate(Outputs& into, const Outputs& iteration, std::string_view separator);

}  // namespace goldsmith::guest
