# Every choice a builder has, in one place; CMakePresets.json holds the usual combinations.
option(CLOSEDROP_TESTS "Build the tests (needs cmocka; the stories need bats)" OFF)
option(CLOSEDROP_WERROR "Treat warnings as errors" OFF)
set(CLOSEDROP_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined or thread")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # cleanup attributes and statement expressions
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# libinotifytools exports names like `initialized`: ours must never be taken for its own
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# assertions stay in: a state that cannot be is better ended than sent
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
add_link_options(-Wl,-z,relro,-z,now)

if(CLOSEDROP_SANITIZE)
  add_compile_options(-fsanitize=${CLOSEDROP_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CLOSEDROP_SANITIZE})
else()
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
endif()
