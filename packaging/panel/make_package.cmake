# cmake -DPANEL=… -DPLUGINS=… -DAGENT_PACKAGE=… -DROOT=… -DOUTPUT=… -DSOURCE=… -DSTAGE=… -DSTRIP=…
#   -DPROJECT_VERSION=… -P make_package.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../pack.cmake)

set(libraries)
foreach(plugin ${PLUGINS})
  get_filename_component(id ${plugin} NAME)
  list(APPEND libraries ${plugin}/${id}.so)
endforeach()

# Libraries as they were linked; programs as packages/debian-12.txt names them for running.
set(scratch ${STAGE}.depends)
file(WRITE ${scratch}/debian/control "Source: hostelry\n")
execute_process(
  COMMAND dpkg-shlibdeps -O --ignore-missing-info ${PANEL} ${libraries}
  WORKING_DIRECTORY ${scratch}
  OUTPUT_VARIABLE depends ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "^shlibs:Depends=|\n$" "" depends "${depends}")
file(STRINGS ${ROOT}/packages/debian-12.txt lines)
set(group)
foreach(line ${lines})
  if(line MATCHES "^\\[([a-z]+)\\]")
    set(group ${CMAKE_MATCH_1})
  elseif(group STREQUAL run AND line MATCHES "^([a-z0-9.+-]+)")
    string(APPEND depends ", ${CMAKE_MATCH_1}")
  endif()
endforeach()

begin_package()
set(share ${STAGE}/usr/share/hostelry)
file(COPY ${PANEL} DESTINATION ${STAGE}/usr/bin FILE_PERMISSIONS ${program})
foreach(plugin ${PLUGINS})
  get_filename_component(id ${plugin} NAME)
  file(COPY ${plugin}/${id}.so ${plugin}/plugin.json DESTINATION ${STAGE}/usr/lib/hostelry/plugins/${id}
       FILE_PERMISSIONS ${everyone})
  list(APPEND installed ${STAGE}/usr/lib/hostelry/plugins/${id}/${id}.so)
endforeach()
file(COPY ${ROOT}/core/features/certificates/acme_helper.py DESTINATION ${STAGE}/usr/lib/hostelry)
file(RENAME ${STAGE}/usr/lib/hostelry/acme_helper.py ${STAGE}/usr/lib/hostelry/acme-helper)
file(COPY ${ROOT}/web/dist/ DESTINATION ${share}/web)
file(COPY ${ROOT}/migrations DESTINATION ${share})
file(COPY ${ROOT}/automation DESTINATION ${share} PATTERN __pycache__ EXCLUDE)
configure_file(${AGENT_PACKAGE} ${share}/hostelry-agent.deb COPYONLY)
file(COPY ${SOURCE}/hostelry.yaml DESTINATION ${STAGE}/etc/hostelry)
file(COPY ${SOURCE}/hostelry.service DESTINATION ${STAGE}/lib/systemd/system)
file(COPY ${ROOT}/docs/operate.md ${ROOT}/docs/api.md ${ROOT}/docs/glossary.md ${ROOT}/CHANGELOG.md ${SOURCE}/../copyright
     DESTINATION ${STAGE}/usr/share/doc/hostelry)
pack(${STAGE}/usr/bin/hostelry ${installed})
