// Resources in the form in which state/ keeps them: the API's own JSON. Used by the families. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "api/json_members.h"

namespace goldsmith::service {

template <class Resource>
std::string to_body(const Resource& resource) {
    return boost::json::serialize(to_json(resource));
}

template <class Resource>
Resource from_body(std::string_view body) {
    return api::read<Resource>(boost::json::parse(body));
}

}  // namespace goldsmith::service
