// Runs of pipelines: what a run builds, when the schedule starts one, and whether anything that the
// recipe depends on has changed since the last. Used by PipelineFamily and by DueWork.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "api/context.h"
#include "api/generated/imagebuilder/pipelines_types.h"
#include "base/clock.h"
#include "service/dependencies.h"
#include "service/imagebuilder/start_build.h"
#include "state/named_rows.h"
#include "state/timers.h"

namespace goldsmith::service::imagebuilder {

/// What a run of the pipeline builds.
api::imagebuilder::CreateImageRequest order_of(
    const api::imagebuilder::ImagePipeline& pipeline,
    const std::optional<std::map<std::string, std::string>>& tags, const std::string& client_token);

/// Sets the pipeline's timer to its next scheduled run after `now`, or clears it when there is
/// none: no schedule, DISABLED, a schedule that has run out.
void set_next_run(db::Connection& connection, const state::Scope& scope,
                  const api::imagebuilder::ImagePipeline& pipeline, base::Time now);

/// Scheduled builds that failed since the last success and since the pipeline was last updated.
std::int32_t consecutive_failures(db::Connection& connection,
                                  const api::imagebuilder::ImagePipeline& pipeline);

/// Why a run would build something else than the last one did; nothing when it would not. A
/// pipeline that has never run has a reason.
std::optional<std::string> dependency_update(const Dependencies& dependencies,
                                             db::Connection& connection,
                                             const api::CallContext& context,
                                             const api::imagebuilder::ImagePipeline& pipeline);

/// A line in the pipeline's own log (/aws/imagebuilder/pipeline/<name>, one stream a day). A log
/// that cannot be written stops nothing.
void log_run(const Dependencies& dependencies, const api::CallContext& context,
             const api::imagebuilder::ImagePipeline& pipeline, const std::string& line);

/// A scheduled run that is due: starts a build, or says in the pipeline's log why not.
void run_scheduled(const Dependencies& dependencies, const state::Timer& timer, base::Time now);

}  // namespace goldsmith::service::imagebuilder
