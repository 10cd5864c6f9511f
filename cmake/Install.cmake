# Where Debian expects things; the configuration lands under sysconfdir as an example.
set(CMAKE_INSTALL_SYSCONFDIR "/etc" CACHE PATH "Where the configuration lives")
install(TARGETS closedrop closedrop-sandbox RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES etc/closedrop.conf DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/closedrop)
install(FILES packaging/systemd/closedrop.service DESTINATION lib/systemd/system)
install(FILES packaging/man/closedrop.1 packaging/man/closedrop-sandbox.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES packaging/man/closedrop.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
