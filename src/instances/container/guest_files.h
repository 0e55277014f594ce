// What a container is given besides its disk: the agent program, its socket, its unit, a name
// server. All of it lies on a memory file system of the runner and is bound read-only into the
// guest's /run, so that no trace of it can reach the disk.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "instances/container/mounts.h"
#include "instances/container/nspawn_command.h"

namespace goldsmith::instances {

class GuestFiles {
public:
    /// `root` is the guest's mounted root file system; it is only looked at.
    GuestFiles(const base::Path& work, const base::Path& agent_program, const base::Path& root);

    /// Where the agent connects.
    int listener() const { return listener_.get(); }
    std::vector<ReadOnlyBind> binds() const { return binds_; }

private:
    void add_agent(const base::Path& agent_program);
    void add_name_server(const base::Path& root);

    base::Path folder_;
    Mount memory_;
    Mount program_;
    base::Fd listener_;
    std::vector<ReadOnlyBind> binds_;
};

/// Files that starting a container changes although the guest did not ask for it; `restore` puts
/// them back as they were: an empty /etc/machine-id that init filled in, an /etc/resolv.conf that
/// was made to bind on.
class GuestTraces {
public:
    /// Looks, before the start.
    explicit GuestTraces(const base::Path& root);
    /// After the stop, while the root is still mounted. Never throws: a guest may have made
    /// anything of these paths.
    void restore() const noexcept;

private:
    base::Path root_;
    bool had_machine_id_ = false;
    bool machine_id_was_empty_ = false;
    bool had_resolv_conf_ = false;
};

}  // namespace goldsmith::instances
