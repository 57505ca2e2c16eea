# cmake -DAGENT=… -DOUTPUT=… -DSOURCE=… -DSTAGE=… -DSTRIP=… -DPROJECT_VERSION=… -P make_package.cmake
# Lays the tree out and packs it with dpkg-deb; the same inputs give the same bytes.
file(REMOVE_RECURSE ${STAGE})
set(everyone OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(program ${everyone} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)

configure_file(${SOURCE}/debian/control.in ${STAGE}/DEBIAN/control @ONLY)
file(COPY ${SOURCE}/debian/conffiles DESTINATION ${STAGE}/DEBIAN FILE_PERMISSIONS ${everyone})
file(
  COPY ${SOURCE}/debian/postinst ${SOURCE}/debian/prerm ${SOURCE}/debian/postrm
  DESTINATION ${STAGE}/DEBIAN
  FILE_PERMISSIONS ${program})
file(COPY ${AGENT} DESTINATION ${STAGE}/usr/bin FILE_PERMISSIONS ${program})
file(COPY ${SOURCE}/hostelry-agent.service DESTINATION ${STAGE}/lib/systemd/system FILE_PERMISSIONS ${everyone})
file(COPY ${SOURCE}/README ${SOURCE}/copyright DESTINATION ${STAGE}/usr/share/doc/hostelry-agent
     FILE_PERMISSIONS ${everyone})
file(COPY ${SOURCE}/logrotate.conf DESTINATION ${STAGE}/etc/logrotate.d FILE_PERMISSIONS ${everyone})
file(RENAME ${STAGE}/etc/logrotate.d/logrotate.conf ${STAGE}/etc/logrotate.d/hostelry-sites)

execute_process(COMMAND ${STRIP} ${STAGE}/usr/bin/hostelry-agent COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND chmod -R u=rwX,go=rX ${STAGE} COMMAND_ERROR_IS_FATAL ANY)
get_filename_component(folder ${OUTPUT} DIRECTORY)
file(MAKE_DIRECTORY ${folder})
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(ENV{SOURCE_DATE_EPOCH} 1767225600)
endif()
execute_process(
  COMMAND dpkg-deb --root-owner-group -Zgzip --build ${STAGE} ${OUTPUT}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
