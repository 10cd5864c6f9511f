# The configuration of a story, $config: the folder "in", and what the story wants besides.
#
#     write_config SETTING...         each is one of the folder, e.g. 'rules = [ "r" ];'
#     set_config KEY=VALUE...         gives a key that is there another value, or adds it
#     unset_config KEY...             takes it away
#
# Before write_config: $settle and $timeout (in place of its own), $limits and $close_settings (more of these groups),
# $more_folders ('{ path = "other"; }'), and $more (whatever else, e.g. rules).
#
# A KEY is folders.settle (of the first folder), limits.transfers (of another group), or state_dir (of none); its group is
# one that write_config writes. A VALUE that is a number, true, false, a list or a group stands as it is, and all else is
# a text.

write_config() { # FOLDER-SETTING...
    local more_folders=${more_folders:+,$'\n'            $more_folders}
    cat >"$config" <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; ${close_settings:-} };
limits = { retry_first = "50ms"; retry_max = "1s"; timeout = "${timeout:-10s}"; ${limits:-} };
folders = ( { name = "scans"; path = "in"; settle = "${settle:-200ms}"; $* }$more_folders );
${more:-}
CONF
}

set_config() { # KEY=VALUE...
    local setting key value
    for setting; do
        key=${setting%%=*} value=$(as_libconfig "${setting#*=}")
        if [[ $key != *.* ]]; then
            sed -i "/^$key = /d" "$config"
            echo "$key = $value;" >>"$config"
        elif grep -qE "$(group_of "$key")" "$config"; then
            take_out "$key"
            value=$(sed 's/[\\&/]/\\&/g' <<<"$value") # for sed
            sed -i -E "s/$(group_of "$key")/&${key#*.} = $value; /" "$config"
        else
            echo "set_config $setting: $config has no such group" >&2
            return 1
        fi
    done
}

unset_config() { # KEY...
    local key
    for key; do
        cp "$config" "$config.before"
        take_out "$key"
        if cmp -s "$config" "$config.before"; then
            echo "unset_config $key: it is not in $config" >&2
            return 1
        fi
    done
}

as_libconfig() { # VALUE
    case $1 in
    [[{\"]* | true | false) echo "$1" ;;
    *[!0-9]* | '') echo "\"$1\"" ;;
    *) echo "$1" ;;
    esac
}

group_of() { # GROUP.KEY: the beginning of its line, as a pattern
    echo "^${1%%.*} = (\( )?\{ "
}

take_out() { # GROUP.KEY
    local value='("[^"]*"|\[[^]]*\]|\{[^}]*\}|[^]["{};]*)'
    sed -i -E "/$(group_of "$1")/s/([{;] )${1#*.} = $value; ?/\1/" "$config"
}
