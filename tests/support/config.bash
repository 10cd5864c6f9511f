# The configuration of a story, $config: the folder "in", and what the story wants besides.
#
#     write_config SETTING...         each is one of the folder, e.g. 'rules = [ "r" ];'
#
# Before it: $settle and $timeout (in place of its own), $limits and $close_settings (more of these groups), $more_folders,
# and $more (whatever else, e.g. rules).

write_config() { # FOLDER-SETTING...
    cat >"$config" <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; ${close_settings:-} };
limits = { retry_first = "50ms"; retry_max = "1s"; timeout = "${timeout:-10s}"; ${limits:-} };
folders = ( { name = "scans"; path = "in"; settle = "${settle:-200ms}"; $* } ${more_folders:-} );
${more:-}
CONF
}
