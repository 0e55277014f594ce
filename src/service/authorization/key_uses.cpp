#include "service/authorization/key_uses.h"

#include "db/database.h"
#include "db/error.h"
#include "service/milliseconds.h"
#include "state/credentials.h"

namespace goldsmith::service::authorization {

namespace {

constexpr std::chrono::minutes accuracy{1};

}  // namespace

void KeyUses::note(const api::CallContext& context, const std::string& service) const {
    if (!context.access_key.starts_with("AKIA")) {
        return;  // temporary credentials have no such record
    }
    {
        auto written = written_.lock();
        auto& last = (*written)[context.access_key];
        if (last != base::Time{} && context.now - last < accuracy) {
            return;
        }
        last = context.now;
    }
    try {
        database_.write([&](db::Transaction& transaction) {
            state::note_access_key_use(transaction, context.access_key, to_ms(context.now), service,
                                       context.region);
        });
    } catch (const db::Error&) {
        // Nobody's request fails for this: a full disk must still let people read.
    }
}

}  // namespace goldsmith::service::authorization
