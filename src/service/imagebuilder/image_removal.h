// Removing the record of an image and everything that hangs on it but its AMIs. Used by DeleteImage
// and by lifecycle executions.
#pragma once

#include <string>

namespace goldsmith::db {
class Transaction;
}

namespace goldsmith::service::imagebuilder {

/// Nothing happens when there is no such image.
void remove_image_record(db::Transaction& transaction, const std::string& image_arn);

}  // namespace goldsmith::service::imagebuilder
