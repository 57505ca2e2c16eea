# What the makers of our Debian packages share. The same inputs give the same bytes.
set(everyone OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(program ${everyone} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)

# Empties STAGE and lays down debian/control and its companions.
macro(begin_package)
  file(REMOVE_RECURSE ${STAGE})
  configure_file(${SOURCE}/debian/control.in ${STAGE}/DEBIAN/control @ONLY)
  file(COPY ${SOURCE}/debian/conffiles DESTINATION ${STAGE}/DEBIAN FILE_PERMISSIONS ${everyone})
  file(
    COPY ${SOURCE}/debian/postinst ${SOURCE}/debian/prerm ${SOURCE}/debian/postrm
    DESTINATION ${STAGE}/DEBIAN
    FILE_PERMISSIONS ${program})
endmacro()

# Strips the named files and packs STAGE into OUTPUT.
function(pack)
  execute_process(COMMAND ${STRIP} ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND chmod -R u=rwX,go=rX ${STAGE} COMMAND_ERROR_IS_FATAL ANY)
  get_filename_component(folder ${OUTPUT} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    set(ENV{SOURCE_DATE_EPOCH} 1767225600)
  endif()
  execute_process(
    COMMAND dpkg-deb --root-owner-group -Zgzip --build ${STAGE} ${OUTPUT}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()
