# One function a kind of test: a cmocka file, a bats story, a fuzz target, a script. Every test has a time limit.

function(add_unit_test file) # [WAY]: once more, in another way
  get_filename_component(name ${file} NAME_WE)
  if(ARGC GREATER 1)
    string(APPEND name _${ARGV1})
  endif()
  add_executable(${name} ${file})
  target_link_libraries(${name} PRIVATE closedrop-agent PkgConfig::cmocka)
  target_include_directories(${name} PRIVATE unit ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/src/sandbox)
  add_test(NAME unit/${name} COMMAND ${name})
  set_tests_properties(unit/${name} PROPERTIES TIMEOUT 60)
endfunction()

# Calls that a unit test makes fail: it defines __wrap_CALL for each.
function(wrap_calls name)
  foreach(call ${ARGN})
    target_link_options(${name} PRIVATE -Wl,--wrap=${call})
  endforeach()
endfunction()

# Built by tests/fuzz/run.sh, it looks for inputs by itself; in any other build it runs the saved ones, as a test.
function(add_fuzz_target name)
  add_executable(fuzz_${name} fuzz/fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE closedrop-agent)
  if(CLOSEDROP_SANITIZE MATCHES "fuzzer")
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE fuzz/run_corpus.c)
    add_test(NAME fuzz/${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()

function(add_story file)
  get_filename_component(name ${file} NAME_WE)
  add_test(NAME story/${name} COMMAND ${BATS} --print-output-on-failure ${file})
  set_tests_properties(story/${name} PROPERTIES TIMEOUT 600 COST 2
    ENVIRONMENT "CLOSEDROP_BIN_DIR=${PROJECT_BINARY_DIR};CLOSEDROP_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

# The test SCRIPT/NAME runs tests/SCRIPT/run.sh with these options. Only two of the scripts may say that something is missing
# here: elsewhere 77 would be an agent whose key was refused.
function(add_script_test name)
  string(REGEX REPLACE "/.*" "" script ${name})
  add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${script}/run.sh ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 COST 1 ENVIRONMENT "CLOSEDROP_BIN_DIR=${PROJECT_BINARY_DIR}")
  if(script MATCHES "^(crash|race)$")
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
  endif()
endfunction()

# The same, for tests/run.sh --all: a plain run leaves it out, and says so.
function(add_long_test name)
  add_script_test(${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 7200 LABELS long)
endfunction()
