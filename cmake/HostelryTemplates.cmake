# hostelry_templates(<target> <folder>)
#
# Compiles web/templates/<folder>/*.cpt into <target>. Callers include the generated header, as
# "templates/<folder>/<file>.cpt.h"; what it declares lives in hostelry::views::<folder>.
set(HOSTELRY_GENERATED_DIR ${CMAKE_BINARY_DIR}/generated)
# What clang-tidy needs besides the sources in the tree.
add_custom_target(hostelry_generated)

function(hostelry_templates target folder)
  set(root ${CMAKE_SOURCE_DIR}/web/templates)
  file(GLOB templates CONFIGURE_DEPENDS RELATIVE ${root} ${root}/${folder}/*.cpt)
  foreach(template IN LISTS templates)
    set(header ${HOSTELRY_GENERATED_DIR}/templates/${template}.h)
    string(REGEX REPLACE "\\.cpt$" ".gen.cpp" source ${HOSTELRY_GENERATED_DIR}/templates/${template})
    add_custom_command(
      OUTPUT ${header} ${source}
      COMMAND cpt ${template} ${root}/${template} web/templates/${template} ${header} ${source}
      DEPENDS ${root}/${template} cpt
      COMMENT "Template ${template}"
      VERBATIM)
    target_sources(${target} PRIVATE ${source} ${header})
    list(APPEND generated ${source} ${header})
  endforeach()
  string(REPLACE "/" "_" name templates_${folder})
  add_custom_target(hostelry_${name} DEPENDS ${generated})
  add_dependencies(hostelry_generated hostelry_${name})
  target_include_directories(${target} PUBLIC ${HOSTELRY_GENERATED_DIR})
endfunction()
