"""Error classes, one abstract class per resource family, and the way from an operation to its method."""

import emit_text
from names import camel, literal, snake


def errors_header(service):
    lines = ["#pragma once", "", "#include <string>", "", '#include "api/error.h"', "",
             f"namespace goldsmith::api::{service.name} {{", ""]
    for error in service.errors.values():
        lines += [f"class {error.name} : public ApiError {{", "public:",
                  f"    explicit {error.name}(const std::string& message)",
                  f"        : ApiError({literal(error.code)}, {error.status}, message) {{}}",
                  "};", ""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}"]


def family_header(service, family):
    name = camel(family)
    lines = ["#pragma once", "", '#include "api/context.h"',
             f'#include "api/generated/{service.name}/{family}_types.h"', "",
             f"namespace goldsmith::api::{service.name} {{", "",
             f"/// What the operations of the family {family} mean. A method that is not overridden refuses its",
             "/// operation as not implemented yet. Requests arrive validated. Methods may be called from",
             "/// several threads at once; they throw ApiError for an answer that is an error.",
             f"class {name} {{", "public:", f"    virtual ~{name}() = default;", ""]
    for operation in service.operations_of(family):
        lines.append(f"    virtual {_signature(operation, '', 'context', 'request')};")
    return lines + ["};", "", f"}}  // namespace goldsmith::api::{service.name}"]


def family_source(service, family):
    name = camel(family)
    lines = [f'#include "api/generated/{service.name}/{family}.h"', "", '#include "api/not_implemented.h"', ""]
    lines += [f"namespace goldsmith::api::{service.name} {{", ""]
    for operation in service.operations_of(family):
        lines += [f"{_signature(operation, name + '::', '', '')} {{",
                  f"    throw_not_implemented({literal(operation.name)});", "}", ""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}"]


def _signature(operation, scope, context, request):
    first = f"const CallContext& {context}".rstrip()
    second = f"const {operation.name}Request& {request}".rstrip()
    return f"{operation.name}Response {scope}{snake(operation.name)}({first}, {second})"


def handlers_source(service, family):
    """The functions that decode, call and encode: one translation unit per family."""
    lines = ["#include <boost/json.hpp>", ""]
    own = [f"api/generated/{service.name}/{n}.h"
           for n in ("dispatch", family, family + "_json", "tables")] + ["api/typed_endpoint.h"]
    if emit_text.written_structures(service, family):
        own.append(f"api/generated/{service.name}/{family}_text.h")
    lines += [f'#include "{name}"' for name in sorted(own)]
    lines += ["", f"namespace goldsmith::api::{service.name} {{", "",
              f"void add_{family}_handlers(TypedEndpoint<Families>& endpoint) {{"]
    for operation in service.operations_of(family):
        lines.append(
            f"    endpoint.add<&Families::{family}, &{camel(family)}::{snake(operation.name)}>"
            f"(tables::{snake(operation.name)}_operation);")
    return lines + ["}", "", f"}}  // namespace goldsmith::api::{service.name}"]


def _families(service):
    return [f for f in service.families if service.operations_of(f)]


def dispatch_header(service):
    families = _families(service)
    lines = ["#pragma once", "", "#include <memory>", "", '#include "api/endpoint.h"', "",
             f"namespace goldsmith::api::{service.name} {{", ""]
    lines += [f"class {camel(f)};" for f in sorted(families)] + [""]
    lines += ["/// The implementation of each family. A null family refuses its operations as not implemented",
              "/// yet. The objects must outlive the endpoint.", "struct Families {"]
    lines += [f"    {camel(f)}* {f} = nullptr;" for f in families] + ["};", ""]
    lines += [f"/// The endpoint of {service.name}: decodes, validates, calls the family, encodes.",
              "std::unique_ptr<Endpoint> make_endpoint(Families families);", ""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}"]


def dispatch_source(service):
    families = _families(service)
    lines = [f'#include "api/generated/{service.name}/dispatch.h"', ""]
    own = [f"api/generated/{service.name}/tables.h", "api/typed_endpoint.h"]
    lines += [f'#include "{name}"' for name in own] + ["", f"namespace goldsmith::api::{service.name} {{", ""]
    lines += [f"void add_{f}_handlers(TypedEndpoint<Families>& endpoint);" for f in families]
    lines += ["", "std::unique_ptr<Endpoint> make_endpoint(Families families) {",
              "    auto endpoint = std::make_unique<TypedEndpoint<Families>>(tables::service, families);"]
    lines += [f"    add_{f}_handlers(*endpoint);" for f in families]
    return lines + ["    return endpoint;", "}", "", f"}}  // namespace goldsmith::api::{service.name}"]
