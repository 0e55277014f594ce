# Writes ${OUTPUT}: a C++ source that holds every migrations/NNNN_name.sql in order.
file(GLOB files "${FOLDER}/*.sql")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
    get_filename_component(stem "${file}" NAME_WE)
    string(REGEX MATCH "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$" matched "${stem}")
    if(NOT matched)
        message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
    endif()
    set(name "${CMAKE_MATCH_2}")
    string(REGEX REPLACE "^0+" "" number "${CMAKE_MATCH_1}")
    file(READ "${file}" text)
    string(APPEND entries "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new"
"// Generated from migrations/*.sql.
#include \"state/migrations.h\"

namespace goldsmith::state {
namespace {
constexpr db::Migration all[] = {
${entries}};
}  // namespace

std::span<const db::Migration> migrations() { return all; }

}  // namespace goldsmith::state
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
