// What kind of call an operation is, by its name: what throttling counts together, and what the
// audit log must have on the disk before the call is answered. Pure.
#pragma once

#include <string_view>

namespace goldsmith::daemon {

enum class CallClass {
    read,   // changes nothing
    write,  // changes rows
    build,  // makes machines work
};

CallClass call_class(std::string_view operation);

}  // namespace goldsmith::daemon
