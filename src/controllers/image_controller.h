// ImageController: makes the AMIs and snapshots that jobs ask for: copies between regions, and
// images of instances, whose disk is read while the machine is off. Every step may be repeated:
// what was stored before a crash serves the next turn, manifests come last, rows after them. One
// thread of its own, because a turn takes as long as the bytes do.
#pragma once

#include <string>

#include "actions/world.h"
#include "controllers/instance_runs.h"
#include "state/image_jobs.h"

namespace goldsmith::controllers {

class ImageController {
public:
    explicit ImageController(actions::World& world) : world_(world), runs_(world) {}

    /// Works on every job that can be worked on.
    void turn();

private:
    /// False: the instance is still on.
    bool disk_is_free(const state::ImageJobRow& job) const;
    bool is_still_wanted(const state::ImageJobRow& job) const;
    void carry_out(const state::ImageJobRow& job);
    void make_snapshot(const state::ImageJobRow& job, const state::JobSnapshot& snapshot);
    void read_disk(const state::ImageJobRow& job, const state::JobSnapshot& snapshot);
    void put_manifest(const state::ImageJobRow& job);
    void finish(const state::ImageJobRow& job, const std::string& failure);
    void drop(const state::ImageJobRow& job);

    actions::World& world_;
    InstanceRuns runs_;
};

}  // namespace goldsmith::controllers
