# Where Debian expects things; the configuration lands under sysconfdir as an example.
install(TARGETS closedrop closedrop-sandbox RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
# a configuration that is there already stays as it is
install(CODE "
  set(conf \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/closedrop/closedrop.conf\")
  if(NOT EXISTS \"\${conf}\")
    file(INSTALL ${PROJECT_SOURCE_DIR}/etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/closedrop)
  endif()
")
install(FILES packaging/systemd/closedrop.service DESTINATION lib/systemd/system)
install(FILES packaging/man/closedrop.1 packaging/man/closedrop-sandbox.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES packaging/man/closedrop.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
