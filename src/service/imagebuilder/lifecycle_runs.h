// Lifecycle executions at work: the daily run of a policy picks its images, and every execution is
// carried out image by image. What is to be done is written before anything is done, and every
// image is marked when it is finished, so that an execution which is interrupted at any moment goes
// on with the next call. Used by DueWork, on one thread at a time.
#pragma once

#include "base/clock.h"
#include "service/dependencies.h"
#include "service/imagebuilder/lifecycle_instruction.h"
#include "state/timers.h"

namespace goldsmith::db {
class Transaction;
}

namespace goldsmith::service::imagebuilder {

/// What an action (AVAILABLE, DELETE, DEPRECATE, DISABLE) does to the record of an image, its AMIs
/// aside. Nothing when there is no such image.
void apply_to_record(db::Transaction& transaction, const std::string& image_arn,
                     const std::string& action, const LifecycleInstruction& instruction,
                     const std::optional<std::string>& execution_id, base::Time now);

class LifecycleRuns {
public:
    explicit LifecycleRuns(const Dependencies& dependencies) : dependencies_(dependencies) {}

    /// The run of a policy that is due: writes an execution, which is due at once, and moves the
    /// timer by a day. While the execution before still works, it writes none.
    void start(const state::Timer& policy, base::Time now);

    /// Carries an execution out to its end.
    void carry_out(const state::Timer& execution, base::Time now);

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
