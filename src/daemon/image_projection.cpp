#include "daemon/image_projection.h"

#include "service/imagebuilder/state_notification.h"
#include "state/images.h"

namespace goldsmith::daemon {

namespace {

/// The API shows at most 1024 characters of a reason.
std::optional<std::string> shown_reason(const std::string& reason) {
    if (reason.empty()) {
        return std::nullopt;
    }
    return reason.size() <= 1024 ? reason : reason.substr(0, 1021) + "...";
}

}  // namespace

state::ProjectionHook image_projection(base::Random& random) {
    return [&random](db::Connection& connection, const state::ExecutionRow& execution,
                     const state::Append& step) {
        if (!step.image_status) {
            return;
        }
        // The record of an image may have been deleted while its machine was still being cleaned
        // up.
        const auto before = state::find_image(connection, execution.image_arn);
        if (!before) {
            return;
        }
        const std::int64_t now_ms = step.events.empty()
                                        ? std::chrono::duration_cast<std::chrono::milliseconds>(
                                              execution.updated_at.time_since_epoch())
                                              .count()
                                        : std::chrono::duration_cast<std::chrono::milliseconds>(
                                              step.events.back().time.time_since_epoch())
                                              .count();
        state::set_image_status(connection, execution.image_arn, step.image_status->status,
                                shown_reason(step.image_status->reason), now_ms);
        if (before->status != step.image_status->status) {
            const auto after = *state::find_image(connection, execution.image_arn);
            service::imagebuilder::notify_of_image_state(connection, random, after, now_ms);
        }
    };
}

}  // namespace goldsmith::daemon
