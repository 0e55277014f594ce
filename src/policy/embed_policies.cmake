# Writes ${OUTPUT}: a C++ source that holds every managed/NAME.json. A name with "__" has a path in its ARN:
# service-role__NAME.json is arn:aws:iam::aws:policy/service-role/NAME.
file(GLOB files "${FOLDER}/*.json")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
    get_filename_component(stem "${file}" NAME_WE)
    string(REPLACE "__" "/" name "${stem}")
    file(READ "${file}" text)
    string(APPEND entries "    {\"${name}\", R\"json(${text})json\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new"
"// Generated from managed/*.json.
#include \"policy/managed_policies.h\"

namespace goldsmith::policy {
namespace {
constexpr ManagedPolicy all[] = {
${entries}};
}  // namespace

std::span<const ManagedPolicy> managed_policies() { return all; }

}  // namespace goldsmith::policy
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
