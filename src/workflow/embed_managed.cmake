# Writes ${OUTPUT}: a C++ source that holds every managed/*.yaml under its name.
file(GLOB files "${FOLDER}/*.yaml")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
    get_filename_component(stem "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND entries "    {\"${stem}\", R\"yaml(${text})yaml\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new"
"// Generated from managed/*.yaml.
#include \"workflow/managed_text.h\"

namespace goldsmith::workflow {
namespace {
constexpr ManagedText all[] = {
${entries}};
}  // namespace

std::span<const ManagedText> managed_texts() { return all; }

}  // namespace goldsmith::workflow
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
