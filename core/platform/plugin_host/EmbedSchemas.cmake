# cmake -DOUTPUT=<file> -DFOLDER=<plugin-api/schemas> -P EmbedSchemas.cmake: the schemas as a C++ source.
file(GLOB schemas ${FOLDER}/*.json)
list(SORT schemas)
set(entries "")
foreach(schema IN LISTS schemas)
  get_filename_component(name ${schema} NAME_WE)
  file(READ ${schema} text)
  # Compilers cap the length of one literal; JSON has no line break inside a string, so any line is a good seam.
  string(REPLACE "\n" ")schema\"\nR\"schema(" text "${text}")
  string(APPEND entries "    if (name == \"${name}\") {\n        return R\"schema(${text})schema\";\n    }\n")
endforeach()
file(WRITE ${OUTPUT}
"#include \"core/platform/plugin_host/schemas.h\"

namespace hostelry::plugin_host {

std::string_view schema_text(std::string_view name) {
${entries}    return {};
}

}  // namespace hostelry::plugin_host
")
