"""For tests: every structure of a service by name, there and back: round_trips.h, round_trips.cpp."""

from names import literal


def round_trips_header(service):
    return ["#pragma once", "", '#include "api/round_trip.h"', "",
            f"namespace goldsmith::api::{service.name} {{", "",
            "/// For tests: how each structure is read and written again.",
            "const RoundTrips& round_trips();", "",
            f"}}  // namespace goldsmith::api::{service.name}"]


def round_trips_source(service):
    families = [f for f in service.families if service.structures(f)]
    lines = [f'#include "api/generated/{service.name}/round_trips.h"', "", "#include <boost/json.hpp>", ""]
    lines += [f'#include "api/generated/{service.name}/{f}_json.h"' for f in sorted(families)]
    lines += ["", f"namespace goldsmith::api::{service.name} {{", "", "const RoundTrips& round_trips() {",
              "    static const RoundTrips trips{"]
    for family in families:
        lines += [f"        {{{literal(s.name)}, &there_and_back<{s.name}>}}," for s in service.structures(family)]
    return lines + ["    };", "    return trips;", "}", "", f"}}  // namespace goldsmith::api::{service.name}"]
