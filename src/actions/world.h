// World: what the step actions act upon. Built once by the daemon; all references outlive the
// actions. Everything in it may be used from several threads at once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"

namespace goldsmith::api {
class Networks;
const Networks& unconfigured_networks();
}  // namespace goldsmith::api
namespace goldsmith::db {
class Database;
}
namespace goldsmith::engines {
class Engine;
}
namespace goldsmith::store {
class RegionSet;
}
namespace goldsmith::workflow {
class ActionRegistry;
}

namespace goldsmith::actions {

class BaseImages;
class Imports;
class RunWatch;

struct World {
    db::Database& database;
    engines::Engine& engine;
    store::RegionSet& regions;
    BaseImages& base_images;
    RunWatch& run_watch;
    const base::Clock& clock;
    base::Logger log;
    base::Path data_directory;
    /// The static `toe` that runs inside instances.
    base::Path agent_program;
    /// The configuration's word for how machines exist: "auto", "vm", "container" or "fake".
    std::string driver;
    /// Null: disk images are not imported (tests).
    Imports* imports = nullptr;
    /// What subnets and security groups choose from.
    const api::Networks* networks = &api::unconfigured_networks();
};

/// Adds every action that is implemented, under its name in workflow documents.
void register_actions(workflow::ActionRegistry& registry, World& world);

}  // namespace goldsmith::actions
