// Managed images in the API: what was pulled into a region's store becomes an image of owner Amazon
// and an AMI that DescribeImages shows. Called after a pull and at the start; may be repeated.
#pragma once

#include "base/files.h"

namespace goldsmith::db {
class Database;
}
namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::daemon {

struct Config;

void publish_managed_images(db::Database& database, store::RegionSet& regions,
                            const base::Path& data_directory);

/// The same from outside the server, for `goldsmith image pull`; a running server sees it at once.
void publish_managed_images(const Config& config);

}  // namespace goldsmith::daemon
