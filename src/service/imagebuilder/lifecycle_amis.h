// What a lifecycle execution does to the AMIs of an image: rule by rule who is excluded, then the
// action, each recorded as a row of the execution. Throws what the database and the store throw;
// a repetition after that does only what is left.
#pragma once

#include "base/clock.h"
#include "service/dependencies.h"
#include "service/imagebuilder/lifecycle_instruction.h"
#include "state/images.h"
#include "state/lifecycle.h"

namespace goldsmith::service::imagebuilder {

struct AmisOutcome {
    bool excluded = false;  // at least one AMI or snapshot was left alone
    bool failed = false;    // at least one could not be changed
};

/// `resource` is the execution's row of the image.
AmisOutcome act_on_amis(const Dependencies& dependencies, const state::ImageRow& image,
                        const state::LifecycleResourceRow& resource,
                        const LifecycleInstruction& instruction, base::Time now);

}  // namespace goldsmith::service::imagebuilder
