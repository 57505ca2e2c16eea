set(ROOMS agent_commands agent_runtime agent_protocol base log process)
set(LIBS OpenSSL::SSL)
