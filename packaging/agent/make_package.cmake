# cmake -DAGENT=… -DOUTPUT=… -DSOURCE=… -DSTAGE=… -DSTRIP=… -DPROJECT_VERSION=… -P make_package.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../pack.cmake)
begin_package()
file(COPY ${AGENT} DESTINATION ${STAGE}/usr/bin FILE_PERMISSIONS ${program})
file(COPY ${SOURCE}/hostelry-agent.service DESTINATION ${STAGE}/lib/systemd/system FILE_PERMISSIONS ${everyone})
file(COPY ${SOURCE}/README ${SOURCE}/../copyright DESTINATION ${STAGE}/usr/share/doc/hostelry-agent
     FILE_PERMISSIONS ${everyone})
file(COPY ${SOURCE}/logrotate.conf DESTINATION ${STAGE}/etc/logrotate.d FILE_PERMISSIONS ${everyone})
file(RENAME ${STAGE}/etc/logrotate.d/logrotate.conf ${STAGE}/etc/logrotate.d/hostelry-sites)
pack(${STAGE}/usr/bin/hostelry-agent)
