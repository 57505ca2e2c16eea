# hostelry_add_plugin(<name> MANIFEST <plugin.json> SOURCES <file>... [LIBS <target>...])
#
# A plugin is a folder <build>/plugins/<name> with plugin.json and <name>.so beside it; the shared object exports the
# entry function and nothing else.
function(hostelry_add_plugin name)
  cmake_parse_arguments(PLUGIN "" "MANIFEST;OUTPUT" "SOURCES;LIBS" ${ARGN})
  if(NOT PLUGIN_OUTPUT)
    set(PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/plugins/${name})
  endif()
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/hostelry-plugin.map)
  get_filename_component(manifest ${PLUGIN_MANIFEST} ABSOLUTE)
  set(target hostelry_plugin_${name})
  add_library(${target} MODULE ${PLUGIN_SOURCES})
  set_target_properties(
    ${target}
    PROPERTIES PREFIX ""
               OUTPUT_NAME ${name}
               LIBRARY_OUTPUT_DIRECTORY ${PLUGIN_OUTPUT}
               C_VISIBILITY_PRESET hidden
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LINK_DEPENDS ${map})
  target_link_libraries(${target} PRIVATE hostelry::plugin ${PLUGIN_LIBS})
  target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,-z,relro,-z,now)
  add_custom_command(
    OUTPUT ${PLUGIN_OUTPUT}/plugin.json
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${manifest} ${PLUGIN_OUTPUT}/plugin.json
    DEPENDS ${manifest})
  add_custom_target(${target}_manifest ALL DEPENDS ${PLUGIN_OUTPUT}/plugin.json)
  add_dependencies(${target} ${target}_manifest)
endfunction()
