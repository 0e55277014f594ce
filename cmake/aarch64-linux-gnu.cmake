# Cross-compiles to 64-bit ARM with Debian's compiler (g++-aarch64-linux-gnu) against the packages unpacked in
# GOLDSMITH_SYSROOT, which `./dev build --all` makes. Only toe is built this way: it is what runs in guests.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GOLDSMITH_SYSROOT)
set(CMAKE_SYSROOT "${GOLDSMITH_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# The cross-compiler does not find Debian's lld.
set(GOLDSMITH_LLD OFF CACHE FILEPATH "")
