// Which driver makes a run's machine. Used by the program's main.
#pragma once

#include <memory>

#include "api/generated/runner/run_types.h"
#include "instances/instance.h"

namespace goldsmith::runner {

/// `automatic` is a virtual machine where KVM really works, else a container where this process may
/// make one, else an emulated virtual machine.
std::unique_ptr<instances::InstanceDriver> make_driver(api::runner::Driver driver);

}  // namespace goldsmith::runner
