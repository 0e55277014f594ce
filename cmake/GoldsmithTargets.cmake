# How a folder under src/ becomes a target. Flags live in two interface targets: `goldsmith_flags` for
# everything, and `goldsmith_plain_flags` (the same without sanitizers) for the static executable that
# runs inside guests, because sanitizers and -static exclude each other.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(GTest)

find_program(GOLDSMITH_CCACHE ccache)
if(GOLDSMITH_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${GOLDSMITH_CCACHE}")
endif()
find_program(GOLDSMITH_LLD ld.lld)

add_library(goldsmith_plain_flags INTERFACE)
target_compile_features(goldsmith_plain_flags INTERFACE cxx_std_20)
target_include_directories(goldsmith_plain_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(goldsmith_plain_flags INTERFACE
    -Wall -Wextra -Wconversion -Wsuggest-override -Wswitch-enum -Wnon-virtual-dtor -Werror
    -fno-strict-aliasing -fstack-protector-strong)
# GCC 12 reports false positives of these from inside the standard library at -O2 and under sanitizers.
target_compile_options(goldsmith_plain_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
      -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-pointer>)
target_compile_definitions(goldsmith_plain_flags INTERFACE BOOST_JSON_NO_LIB=1 _FILE_OFFSET_BITS=64)
if(GOLDSMITH_LLD)
    target_link_options(goldsmith_plain_flags INTERFACE -fuse-ld=lld)
endif()

add_library(goldsmith_flags INTERFACE)
target_link_libraries(goldsmith_flags INTERFACE goldsmith_plain_flags)
if(GOLDSMITH_SANITIZE)
    # Without these four the build takes half the time: AddressSanitizer reports null pointers and
    # objects that are too small as well, and this machine reads unaligned words.
    set(goldsmith_sanitizers -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr,object-size
        -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(GOLDSMITH_TSAN)
    set(goldsmith_sanitizers -fsanitize=thread -fno-omit-frame-pointer)
elseif(GOLDSMITH_FUZZ)
    # The fuzzer sees only the branches of what is compiled for it, so all of it is.
    set(goldsmith_sanitizers -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
        -fno-omit-frame-pointer)
endif()
if(goldsmith_sanitizers)
    target_compile_options(goldsmith_flags INTERFACE ${goldsmith_sanitizers})
    target_link_options(goldsmith_flags INTERFACE ${goldsmith_sanitizers})
endif()
# Debug builds are for tests: some optimisation makes them run several times faster, and line tables
# are all that a sanitizer report or a back trace needs.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

# goldsmith_library(<folder> SOURCES <file>... [DEPS <folder>...] [LIBS <target>...])
function(goldsmith_library folder)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
    add_library(goldsmith_${folder} STATIC ${ARG_SOURCES})
    list(TRANSFORM ARG_DEPS PREPEND goldsmith_)
    target_link_libraries(goldsmith_${folder} PUBLIC goldsmith_flags ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# goldsmith_program(<name> <folder> SOURCES <file>... [DEPS <folder>...] [LIBS <target>...])
function(goldsmith_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    list(TRANSFORM ARG_DEPS PREPEND goldsmith_)
    target_link_libraries(${name} PRIVATE goldsmith_flags ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# goldsmith_fuzzer(<name> <folder> <file>) makes fuzz_<name>, a libFuzzer target over the folder, which
# `./dev test --all` runs. Its corpus, if it has one, is tests/fuzz/fuzz_<name>.
function(goldsmith_fuzzer name folder file)
    if(NOT GOLDSMITH_FUZZ)
        return()
    endif()
    if(NOT TARGET fuzz_targets)
        add_custom_target(fuzz_targets)
    endif()
    add_executable(fuzz_${name} ${file})
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE goldsmith_${folder})
    add_dependencies(fuzz_targets fuzz_${name})
endfunction()

# goldsmith_test(<folder> <file>... [DEPS <folder>...] [LIBS <target>...] [LABEL <label>] [TIMEOUT <seconds>])
# makes <folder>_test from the listed files and registers it as one ctest entry.
function(goldsmith_test folder)
    if(NOT GOLDSMITH_TESTS)
        return()
    endif()
    cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;NAME" "DEPS;LIBS" ${ARGN})
    if(NOT ARG_NAME)
        set(ARG_NAME ${folder}_test)
    endif()
    if(NOT ARG_LABEL)
        set(ARG_LABEL unit)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${ARG_NAME} ${ARG_UNPARSED_ARGUMENTS})
    list(TRANSFORM ARG_DEPS PREPEND goldsmith_)
    set(own "")
    if(TARGET goldsmith_${folder})
        set(own goldsmith_${folder})
    endif()
    target_link_libraries(${ARG_NAME} PRIVATE goldsmith_flags ${own} ${ARG_DEPS} ${ARG_LIBS}
        GTest::gmock GTest::gtest GTest::gtest_main)
    # The code under test is optimised, the tests need not be: they compile a third faster.
    target_compile_options(${ARG_NAME} PRIVATE $<$<CONFIG:Debug>:-O0>)
    target_compile_definitions(${ARG_NAME} PRIVATE
        GOLDSMITH_SOURCE_DIR="${CMAKE_SOURCE_DIR}" GOLDSMITH_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --gtest_brief=1)
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()
