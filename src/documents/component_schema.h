// A JSON Schema (draft 2020-12) of component documents, for editors that complete and check YAML.
// Made from the same tables as the checks, so the two cannot drift apart.
#pragma once

#include <boost/json/fwd.hpp>

namespace goldsmith::documents {

boost::json::object component_schema();

}  // namespace goldsmith::documents
