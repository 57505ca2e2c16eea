set(ROOMS web web_design template_compiler)
