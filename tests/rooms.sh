#!/bin/bash
# Who may include whom (the map in src/main.c): base and files know no stage, nothing includes a header
# of a stage to its left or next to it, and each library has one door. And each .c file says what it is for,
# each header what its functions do.
set -eu
cd "$(dirname "$0")/.."
wrong=0

complain() {
    echo "$1"
    wrong=1
}

# room NAME ALLOWED...: what src/NAME and include/closedrop/NAME include of ours is in ALLOWED or in NAME
room() {
    local name=$1 file included
    shift
    while IFS=: read -r file included; do
        case " $name $* " in *" $included "*) ;; *) complain "$file includes a header of $included/" ;; esac
    done < <(grep -rHoP '#include "closedrop/\K[a-z_]+(?=[/.])' "src/$name" "include/closedrop/$name" 2>/dev/null)
}

# sandbox_room NAME ALLOWED...: the same for a folder or file of the sandbox, whose headers are named from src/sandbox on
sandbox_room() {
    local name=$1 file included
    shift
    while IFS=: read -r file included; do
        case " $name $* " in *" $included "*) ;; *) complain "$file includes a header of src/sandbox/$included" ;; esac
    done < <(grep -rHoP '#include "(?!closedrop/)\K[a-z0-9_]+(?=[/.])' "src/sandbox/$name" src/sandbox/"$name".[ch] 2>/dev/null)
}

# door PATTERN FILE...: only these files include the library's header
door() {
    local pattern=$1 file
    shift
    while read -r file; do
        case " $* " in *" $file "*) ;; *) complain "$file includes <$pattern>, the door is $*" ;; esac
    done < <(grep -rlE "#include <$pattern" src include)
}

# opening FILE: before all else it says in a sentence what it is for
opening() {
    awk 'BEGIN { RS = "\\*/" } { exit !/^\/\*\*[[:space:]*]+[^[:space:]]+ .*[.:][[:space:]]/ }' "$1" ||
        complain "$1 does not open with a sentence that says what it is for"
}

# map: the comment at the top of src/main.c names each file once it is written, none that is gone, and is as it was laid out
map() {
    local name file line
    for file in src/*/*.c src/intake/format/*.c; do
        name=$(basename "$file" .c)
        case $file in
        src/sandbox/*) ;;
        *) grep -qw "$name" src/main.c || complain "the map in src/main.c does not name $file" ;;
        esac
    done
    while read -r name; do
        [ -e "src/$name.c" ] || complain "the map in src/main.c names $name, which there is not"
    done < <(grep -oP '^ \*     \K[a-z]+/[a-z_0-9]+' src/main.c)
    while read -r line; do
        complain "clang-format has broken a line of the map in src/main.c that was too long: $line"
    done < <(sed -n '/^ \* - /,/^ \*\//p' src/main.c | grep -vE '^ \*($|/| - |   )')
}

# manual HEADER: a comment for each function, or for those that stand together without a blank line
manual() {
    local bare
    bare=$(awk 'BEGIN { RS = "" } /(^|\n)[a-z][^\n#]*\(/ && !/\/\*/ { print $0 }' "$1" | head -n 1)
    [ -z "$bare" ] || complain "$1 does not say what this does: $bare"
}

room base
room files base
room queue base files close
room rules base files close
room http base
room close base http files
room config base files queue rules close
room intake base files config
room work base files config http close queue rules
room alerts base files config http queue
room control base files config http queue
room agent base files config http queue intake work alerts control
room doctor base files config http close queue rules intake work alerts control
room cli base files config http close queue rules intake work alerts control agent doctor
room sandbox base

sandbox_room util
sandbox_room http util
sandbox_room crm util http
sandbox_room faults util http
sandbox_room settings http
sandbox_room context http crm faults settings
sandbox_room s3 util http crm faults settings context
sandbox_room api util http crm faults settings context s3
sandbox_room admin util http crm faults settings context
sandbox_room options settings
sandbox_room ready
sandbox_room run util http crm faults settings context s3 api admin options ready
sandbox_room main options run

door curl/ src/http/request_state.h src/http/shaper.h src/http/sockets.h
door sqlite3.h src/queue/sqlite.h src/queue/store_row.h
door libconfig.h src/config/setting_state.h
door inotifytools/ src/intake/events.c
door pcre2.h src/rules/pattern.c
door csv.h src/rules/table_parse.c src/rules/delimiter.c
door cjson/ src/base/json.c
door nettle/ src/base/digest.c
door magic.h src/base/magic.c
door microhttpd.h src/control/server_state.h src/sandbox/http/server.c
door iconv.h src/base/encoding.c
door systemd/ src/base/notify.c src/base/journal.c
door 'uni(case|ctype|norm).h' src/base/text.c
door 'uniwidth.h' src/base/cells.c
door 'unistr.h' src/base/text.c src/base/cells.c

while read -r file; do
    opening "$file"
done < <(find src -name '*.c')
while read -r file; do
    manual "$file"
done < <(find include src -name '*.h')

map

[ $wrong = 0 ] && echo "every room includes only what it may"
exit $wrong
