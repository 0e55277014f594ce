#include "service/imagebuilder/image_removal.h"

#include "api/arn.h"
#include "db/transaction.h"
#include "state/executions.h"
#include "state/findings.h"
#include "state/images.h"
#include "state/resource_policies.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

void remove_image_record(db::Transaction& transaction, const std::string& image_arn) {
    const auto image = state::find_image(transaction, image_arn);
    if (!image) {
        return;
    }
    state::delete_execution_of_image(transaction, image_arn);
    state::set_findings(transaction, image->row.scope, image_arn, {});
    state::erase_image(transaction, image->row.id);
    state::erase_resource_policy(transaction, image_arn);
    state::erase_tags(transaction, image_arn);
}

}  // namespace goldsmith::service::imagebuilder
