add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral
  -Wundef -Wpointer-arith -Wvla -Wwrite-strings -Wimplicit-fallthrough -Wcast-align
  -Wredundant-decls -Wnull-dereference)
if(CLOSEDROP_WERROR)
  add_compile_options(-Werror)
endif()
