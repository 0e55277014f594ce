// Resources in the form in which state/ keeps them: the API's own JSON. Used by the families. Pure.
#pragma once

#include <array>
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
    // The tree lives as long as the reading: taken piece by piece from one piece of memory.
    std::array<unsigned char, 8192> memory;
    boost::json::monotonic_resource pieces(memory.data(), memory.size());
    return api::read<Resource>(boost::json::parse(body, &pieces));
}

}  // namespace goldsmith::service
