"""For tests: every structure of a service by name, there and back, and as text: round_trips.h, round_trips.cpp."""

import emit_text
from names import literal


def round_trips_header(service):
    return ["#pragma once", "", '#include "api/round_trip.h"', "",
            f"namespace goldsmith::api::{service.name} {{", "",
            "/// For tests: how each structure is read and written again.",
            "const RoundTrips& round_trips();", "",
            "/// For tests: how each structure that answers are written with as text is written.",
            "const TextWriters& text_writers();", "",
            f"}}  // namespace goldsmith::api::{service.name}"]


def round_trips_source(service):
    families = [f for f in service.families if service.structures(f)]
    lines = [f'#include "api/generated/{service.name}/round_trips.h"', "", "#include <boost/json.hpp>", ""]
    lines += [f'#include "api/generated/{service.name}/{f}_json.h"' for f in sorted(families)]
    written = [f for f in families if emit_text.written_structures(service, f)]
    lines += [f'#include "api/generated/{service.name}/{f}_text.h"' for f in sorted(written)]
    lines += ["", f"namespace goldsmith::api::{service.name} {{", "", "const RoundTrips& round_trips() {",
              "    static const RoundTrips trips{"]
    for family in families:
        lines += [f"        {{{literal(s.name)}, &there_and_back<{s.name}>}}," for s in service.structures(family)]
    lines += ["    };", "    return trips;", "}", "", "const TextWriters& text_writers() {",
              "    static const TextWriters writers{"]
    for family in written:
        lines += [f"        {{{literal(s.name)}, &text_of<{s.name}>}},"
                  for s in emit_text.written_structures(service, family)]
    return lines + ["    };", "    return writers;", "}", "", f"}}  // namespace goldsmith::api::{service.name}"]
