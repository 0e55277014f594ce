#include "api/shape.h"

#include <algorithm>
#include <string_view>

namespace goldsmith::api {

const char* request_name(const Member& member, Protocol protocol) {
    const bool form = protocol == Protocol::query || protocol == Protocol::ec2;
    return form && *member.query_name != '\0' ? member.query_name : member.name;
}

const Member* find_member(const Shape& structure, const char* name) {
    const auto found =
        std::find_if(structure.members.begin(), structure.members.end(),
                     [&](const Member& member) { return std::string_view(member.name) == name; });
    return found == structure.members.end() ? nullptr : &*found;
}

}  // namespace goldsmith::api
