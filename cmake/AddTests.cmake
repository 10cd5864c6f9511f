# One function a kind of test: a cmocka file, a bats story. Every test has a time limit.

function(add_unit_test name)
  add_executable(${name} unit/${name}.c)
  target_link_libraries(${name} PRIVATE closedrop-agent PkgConfig::cmocka)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/src/sandbox)
  add_test(NAME unit/${name} COMMAND ${name})
  set_tests_properties(unit/${name} PROPERTIES TIMEOUT 60)
endfunction()

function(add_story file)
  get_filename_component(name ${file} NAME_WE)
  add_test(NAME story/${name} COMMAND ${BATS} --print-output-on-failure ${file})
  set_tests_properties(story/${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "CLOSEDROP_BIN_DIR=${PROJECT_BINARY_DIR};CLOSEDROP_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()
