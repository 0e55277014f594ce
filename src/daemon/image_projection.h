// What the engine's progress means for the rows of images: runs inside the transaction of every
// append, so that GetImage never disagrees with the events.
#pragma once

#include "state/sql_execution_store.h"

namespace goldsmith::base {
class Random;
}

namespace goldsmith::daemon {

/// For SqlExecutionStore.
state::ProjectionHook image_projection(base::Random& random);

}  // namespace goldsmith::daemon
