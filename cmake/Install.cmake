# Where Debian expects things; the configuration lands under sysconfdir as an example.
install(TARGETS closedrop closedrop-sandbox RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES packaging/grafana/closedrop.json packaging/prometheus/closedrop.rules.yml
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR}) # as README links to it
# a configuration that is there already stays as it is
install(CODE "
  set(conf \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/closedrop/closedrop.conf\")
  if(NOT EXISTS \"\${conf}\")
    file(INSTALL ${PROJECT_SOURCE_DIR}/etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/closedrop)
  endif()
")

# One service, and one for each configuration of a machine that has several (closedrop@fax reads /etc/closedrop/fax.conf).
set(units ${PROJECT_SOURCE_DIR}/packaging/systemd)
file(READ ${units}/closedrop.service unit)
string(REPLACE "Close CRM" "Close CRM (%i)" unit "${unit}")
string(REPLACE "/etc/closedrop/closedrop.conf" "/etc/closedrop/%i.conf" unit "${unit}")
string(REPLACE "Directory=closedrop\n" "Directory=closedrop-%i\n" unit "${unit}")
string(REPLACE "ConfigurationDirectory=closedrop-%i" "ConfigurationDirectory=closedrop" unit "${unit}")
string(REPLACE "edit closedrop`" "edit closedrop@NAME`" unit "${unit}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/closedrop@.service CONTENT "${unit}" @ONLY)
install(FILES ${units}/closedrop.service ${PROJECT_BINARY_DIR}/closedrop@.service DESTINATION lib/systemd/system)
install(FILES ${units}/user/closedrop.service DESTINATION lib/systemd/user)
install(FILES ${units}/sysusers.conf DESTINATION lib/sysusers.d RENAME closedrop.conf)
install(FILES ${units}/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME closedrop.conf)
# a low number: what the administrator sets wins
install(FILES ${units}/sysctl.conf DESTINATION lib/sysctl.d RENAME 10-closedrop.conf)

install(FILES packaging/man/closedrop.1 packaging/man/closedrop-sandbox.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES packaging/man/closedrop.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES packaging/man/closedrop.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)

# What shells complete is printed by the program itself. One with ThreadSanitizer cannot start everywhere,
# and is not to be installed.
if(NOT CLOSEDROP_SANITIZE STREQUAL "thread")
  set(completions ${PROJECT_BINARY_DIR}/completions)
  set(completion_files ${completions}/closedrop ${completions}/_closedrop ${completions}/closedrop.fish)
  add_custom_command(OUTPUT ${completion_files} DEPENDS closedrop VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
    COMMAND closedrop completion bash > ${completions}/closedrop
    COMMAND closedrop completion zsh > ${completions}/_closedrop
    COMMAND closedrop completion fish > ${completions}/closedrop.fish)
  add_custom_target(completions ALL DEPENDS ${completion_files})
  install(FILES ${completions}/closedrop DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${completions}/_closedrop DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${completions}/closedrop.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
