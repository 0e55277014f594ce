#include "service/imagebuilder/recipe_deletion.h"

#include "db/database.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/sharing.h"
#include "service/imagebuilder/versioned_rows.h"
#include "state/resource_policies.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

void delete_recipe(db::Database& database, const api::CallContext& context,
                   std::string_view parameter, const std::string& text, api::ResourceType type) {
    const api::Arn arn = parse_arn(parameter, text, type);
    require_own(arn);
    const state::VersionedRows& rows = *versioned_rows(type);
    database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row =
            arn.is_wildcard() ? std::nullopt : resolve_own(connection, rows, context, arn);
        if (!row) {
            throw_not_found(text);
        }
        const std::string exact = arn_of(*row).text();
        if (is_shared(connection, exact) || pipeline_needs_recipe(connection, context, arn)) {
            throw_depended_on(text);
        }
        rows.erase(connection, row->id);
        state::erase_resource_policy(connection, exact);
        state::erase_tags(connection, exact);
    });
}

}  // namespace goldsmith::service::imagebuilder
