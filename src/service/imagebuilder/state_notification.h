// The word to the topic of an image's infrastructure configuration, once the image is available or
// has failed. Runs in the transaction that writes the image's status, so that the two are never
// apart. A topic that is gone by then hears nothing.
#pragma once

#include <string>

#include "api/version.h"
#include "base/clock.h"
#include "state/images.h"

namespace goldsmith::base {
class Random;
}
namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

/// `image` as it is after the change.
void notify_of_image_state(db::Connection& connection, base::Random& random,
                           const state::ImageRow& image, std::int64_t now_ms);

/// The packed form of a version: (major << 90) | (minor << 60) | (patch << 30) | build, in decimal.
std::string packed_version(const api::Version& version);

/// "Jul 28, 2022 1:13:45 AM", in UTC.
std::string notification_date(base::Time time);

}  // namespace goldsmith::service::imagebuilder
