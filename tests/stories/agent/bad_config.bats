#!/usr/bin/env bats
# A configuration with errors is refused as a whole: each error is reported with file, line and key, all at once, and
# nothing is started. `check` also tries what the configuration names (folders, key, state_dir).

load ../../support/story
WAIT_MAX=15
setup() { story_setup; }
teardown() { story_teardown; }

configure() { # the configuration is standard input
    cat >"$config"
}

# The most that is asked of a program that should end at once.
ends() { # COMMAND OPTION...
    run timeout 20 "$CLOSEDROP_BIN_DIR/closedrop" "$@"
}

says() { # TEXT...: each is in the output of the last `run`
    local text
    for text in "$@"; do
        [[ $output == *"$text"* ]] || {
            echo "\"$text\" is not said, but: $output"
            return 1
        }
    done
}

ends_with() { # CODE
    [ "$status" = "$1" ] || {
        echo "ended with $status: $output"
        return 1
    }
}

# check and run both name the line and the key and say this, and nothing comes into being.
is_refused() { # LINE KEY TEXT...
    local command line=$1 key=$2
    shift 2
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says "$config:$line: $key: " "$@"
    done
    [ ! -e state ]
    [ ! -e control.sock ]
}

# ---- one mistake each ----

@test "a misspelt key is named, with the one that was meant" {
    configure <<'CONF'
folders = ( { path = "in";
              setle = "5s"; } );
CONF
    is_refused 2 'folders[0].setle' 'unknown key; did you mean settle?'
}

@test "a misspelt key at the top, and one in a group, are named too" {
    configure <<'CONF'
folders = ( { path = "in"; } );
state_dri = "state";
limits = { transfer = 4; };
CONF
    is_refused 2 state_dri 'did you mean state_dir?'
    is_refused 3 limits.transfer 'did you mean transfers?'
}

@test "a key like no other is answered with the keys there are" {
    configure <<'CONF'
folders = ( { path = "in"; colour = "blue"; } );
CONF
    is_refused 1 'folders[0].colour' 'unknown key; known keys here are' 'settle' 'archive'
}

@test "a text where true or false is expected" {
    configure <<'CONF'
folders = ( { path = "in";
    recursive = "yes"; } );
CONF
    is_refused 2 'folders[0].recursive' 'must be true or false, without quotes'
}

@test "a number in quotes, and numbers out of range" {
    configure <<'CONF'
folders = ( { path = "in"; } );
limits = {
    transfers = "8";
    max_attempts = 0;
};
CONF
    is_refused 3 limits.transfers 'whole number from 1 to 64'
    is_refused 4 limits.max_attempts 'whole number from 1'
}

@test "durations without a unit, unknown, and too long" {
    configure <<'CONF'
folders = ( { path = "in";
    settle = "5";
    incomplete = 15;
    poll_interval = "soon";
    rescan = "400d"; } );
CONF
    is_refused 2 'folders[0].settle' '"5" is not a valid duration' 'e.g. "5s"'
    is_refused 3 'folders[0].incomplete' 'must be a string in quotes' '"15m"'
    is_refused 4 'folders[0].poll_interval' '"soon" is not a valid duration'
    is_refused 5 'folders[0].rescan' '"400d" is out of range' '7d'
}

@test "a history that is too short" {
    configure <<'CONF'
folders = ( { path = "in"; } );
history = "1h";
CONF
    is_refused 2 history 'is shorter than "1d"' '"0" means that everything is kept for ever'
}

@test "sizes with a space, negative, and a smallest above the largest" {
    configure <<'CONF'
folders = ( { path = "in";
    min_size = "25 MB"; }, { path = "in2";
    max_size = "-1"; }, { path = "in3";
    min_size = "2M"; max_size = "1M"; } );
CONF
    is_refused 2 'folders[0].min_size' '"25 MB" is not a valid size' '"25M"'
    is_refused 3 'folders[1].max_size' '"-1" is not a valid size'
    is_refused 4 'folders[2].min_size' 'must not be larger than max_size'
}

@test "an unknown choice" {
    configure <<'CONF'
folders = ( { path = "in";
    watch = "magic";
    after_upload = "move"; } );
log = { level = "loud"; };
CONF
    is_refused 2 'folders[0].watch' '"magic" is not valid here; it must be "auto", "inotify" or "poll"'
    is_refused 3 'folders[0].after_upload' '"archive", "delete" or "keep"'
    is_refused 4 log.level '"error", "warn", "info" or "debug"'
}

@test "one text where a list is expected, and a list with an empty text" {
    configure <<'CONF'
folders = ( { path = "in";
    include = "*.pdf";
    exclude = [ "a*", "" ]; } );
CONF
    is_refused 2 'folders[0].include' 'must be a list of strings in quotes' 'include = [ "..."'
    is_refused 3 'folders[0].exclude' 'none empty'
}

@test "a pattern that can never match" {
    configure <<'CONF'
folders = ( { path = "in";
    include = [ "*.pdf", "/srv/scans/*.tif" ];
    exclude = [ "private/" ]; } );
CONF
    is_refused 2 'folders[0].include' '"/srv/scans/*.tif" can never match' 'neither begins nor ends with a slash'
    is_refused 3 'folders[0].exclude' '"private/" can never match'
}

@test "patterns in the style of other programs, which can never match: the right spelling is named" {
    configure <<CONF
folders = ( { path = "in";
    include = [ "*.pdf;*.tif", "*.{pdf,tif}", "$PWD/in/*.jpg", "pdf", "invoices", ".tiff", "*.pdf *.tif" ];
    exclude = [ "*.bak;*.old", "~{a,b}*", "private" ]; } );
CONF
    is_refused 2 'folders[0].include' \
        '"*.pdf;*.tif" can never match: each pattern is a separate string; write [ "*.pdf", "*.tif" ]' \
        '"*.{pdf,tif}" can never match: braces are not a wildcard here; write [ "*.pdf", "*.tif" ]' \
        "a pattern is relative to the folder and neither begins nor ends with a slash; write [ \"*.jpg\" ]" \
        '"pdf" can never match: it has no wildcard; write [ "*.pdf" ]' \
        'write [ "invoices/*" ]' 'write [ "*.tiff" ]' '"*.pdf *.tif" can never match'
    is_refused 3 'folders[0].exclude' 'write [ "*.bak", "*.old" ]' 'write [ "~a*", "~b*" ]'
    [[ $output != *'"private"'* ]]
}

@test "a byte order mark at the beginning is ignored" {
    printf '\xef\xbb\xbf' | cat - "$config" >with-mark
    mv with-mark "$config"
    ends check -c "$config"
    ends_with 0
}

odd() { # BYTES-OF-A-CONFIGURATION: it is refused in this line and column, without a word of libconfig's
    printf "$1" >"$config"
    ends check -c "$config"
    ends_with 78
    says "$config:$2: column $3: found $4"
    [[ $output != *'syntax error'* ]]
}

@test "a non-breaking space, a curly quote and other odd characters are named, with their line and column" {
    odd 'folders = ( { path =\xc2\xa0"in"; } );\n' 1 21 'a non-breaking space (U+00A0); write a plain one'
    odd 'folders = ( { path = \xe2\x80\x9cin\xe2\x80\x9d; } );\n' 1 22 'a curly quote (U+201C); write a straight one, "'
    odd '# M\xc3\xbcller \xe2\x80\x9c\nfolders = ( {\n path = "\xc3\xbc\xe2\x80\x9d;\n settle = "5s"; } );\n' 3 11 \
        'a curly quote (U+201D)'
    odd 'folders = ( { path = "\xc3\xbc" \xc3\xbc; } );\n' 1 26 'a character that is only allowed in strings (U+00FC)'
    odd 'folders = ( { path =\xa0"in"; } );\n' 1 21 'a byte that is not UTF-8, A0; save the file as UTF-8'
}

@test "the key is never sent in the clear" {
    configure <<'CONF'
close = {
    api_url = "http://api.close.com/api/v1/"; };
folders = ( { path = "in"; } );
CONF
    is_refused 2 close.api_url 'unencrypted' 'use https://'
}

@test "an invalid address, and no host to upload to" {
    configure <<'CONF'
close = { api_url = "ftp://api.close.com/";
    upload_hosts = [ ]; };
folders = ( { path = "in"; } );
CONF
    is_refused 1 close.api_url 'is not a plain https URL'
    is_refused 2 close.upload_hosts 'nothing could be uploaded'
}

@test "folders one inside the other" {
    mkdir -p in/deep
    configure <<'CONF'
folders = ( { path = "in"; },
            { path = "in/deep"; } );
CONF
    is_refused 2 'folders[1].path' "$PWD/in/deep" "$PWD/in\"" 'one inside the other'
    configure <<'CONF'
folders = ( { path = "in/deep"; },
            { path = "in/deep/.."; } );
CONF
    is_refused 2 'folders[1].path' 'one inside the other'
}

@test "a folder whose name only begins like another's is not inside it" {
    mkdir in2
    more_folders='{ path = "in2"; }' write_config
    ends check -c "$config"
    ends_with 0
    says "$config is valid: 2 folders" 'note: there are no rules, so files are only uploaded, not filed on a lead'
}

@test "two folders with the same name" {
    mkdir -p a/scans b/scans
    configure <<'CONF'
folders = ( { path = "a/scans"; },
            { path = "b/scans"; } );
CONF
    is_refused 2 'folders[1].name' '"scans" is already the name of another folder' 'name = "scans-2"'
}

@test "a folder without a path, and no folder at all" {
    configure <<'CONF'
folders = (
    { name = "scans"; } );
CONF
    is_refused 2 'folders[0].path' 'is missing' 'path = "/srv/scans"'
    configure <<'CONF'
state_dir = "state";
CONF
    is_refused 1 folders 'contains no folder to watch'
}

@test "an archive that would be watched itself" {
    configure <<CONF
folders = ( { path = "in";
    archive = "%Y/Uploaded";
    failed = "../Failed"; }, { path = "in2";
    archive = "$PWD/in/Uploaded"; } );
CONF
    is_refused 2 'folders[0].archive' 'must begin with a fixed directory name' '"Uploaded/%Y-%m"'
    is_refused 3 'folders[0].failed' 'must be a plain path below the folder'
    is_refused 4 'folders[1].archive' 'is inside the drop folder'
}

@test "a marker that would be the same for every file" {
    configure <<'CONF'
folders = ( { path = "in";
    marker = "ready"; } );
CONF
    is_refused 2 'folders[0].marker' 'with {name} or {stem} in it' '"{name}.done"' '"{dir}/READY"'
}

@test "a first retry that comes after the last" {
    configure <<'CONF'
folders = ( { path = "in"; } );
limits = { retry_max = "1s";
    retry_first = "1m"; };
CONF
    is_refused 3 limits.retry_first 'must not be longer than retry_max'
}

@test "state_dir inside a drop folder" {
    configure <<'CONF'
folders = ( { path = "in"; } );
state_dir = "in/state";
CONF
    is_refused 2 state_dir 'is inside the drop folder'
    [ ! -e in/state ]
}

# ---- rules: one mistake each ----

# A folder with sidecars that names the rule r, in line 1; LINES are the rule, from line 2 on.
configure_rule() { # LINES; $sidecar is that of the folder
    configure <<CONF
folders = ( { path = "in"; sidecar = ${sidecar:-true}; rules = [ "r" ]; } );
rules = ( { name = "r";
$1 } );
CONF
}

@test "a folder that names an unknown rule, and two rules with the same name" {
    configure <<'CONF'
folders = ( { path = "in";
    rules = [ "by-lead", "faxes" ]; } );
rules = ( { name = "by-lead"; lead_id = "lead_1"; note = {}; },
          { name = "by-lead"; lead_id = "lead_2"; note = {}; } );
CONF
    is_refused 2 'folders[0].rules' 'there is no rule "faxes"' 'correct the name'
    is_refused 4 'rules[1].name' '"by-lead" is already the name of another rule'
}

@test "a rule that does not say which lead the file belongs to, or says it twice" {
    configure_rule '    lead_file = {};'
    is_refused 2 'rules[0]' 'the rule "r" must have exactly one of lead_id (or contact_id), find, and a table with such a column'
    configure_rule '    lead_id = "lead_1"; find = { lead_name = "{stem}"; }; lead_file = {};'
    is_refused 2 'rules[0]' 'exactly one of lead_id (or contact_id), find, and a table with such a column'
}

@test "a table next to find whose values are not used" {
    configure_rule '    table = { file = "c.csv"; key = "{stem}"; }; find = { lead_name = "{stem}"; }; lead_file = {};'
    is_refused 3 'rules[0].table' 'only supplies values when find decides where a file belongs, and none of them is used' '"{row.email}"'
}

@test "a rule that does not say what is created, or says it twice" {
    configure_rule '    lead_id = "lead_1";'
    is_refused 2 'rules[0]' 'the rule "r" must have exactly one of email, note, lead_file, opportunity, whatsapp, sms, email_template and sms_template' 'lead_file = {};'
    configure_rule '    lead_id = "lead_1"; email = {}; note = {};'
    is_refused 2 'rules[0]' 'exactly one of email, note, lead_file'
}

@test "a search by nothing, by two things, and by a misspelt one" {
    configure_rule '    find = { }; lead_file = {};'
    is_refused 3 'rules[0].find' 'exactly one of contact_email, contact_phone, contact_name, lead_name and custom_field'
    configure_rule '    find = { contact_email = "{stem}"; lead_name = "{stem}"; }; lead_file = {};'
    is_refused 3 'rules[0].find' 'exactly one of'
    configure_rule '    find = { contact_mail = "{stem}"; }; lead_file = {};'
    is_refused 3 'rules[0].find.contact_mail' 'did you mean contact_email?'
}

@test "a custom field without its id" {
    configure_rule '    find = { custom_field = { id = "Customer number"; value = "{stem}"; }; }; lead_file = {};'
    is_refused 3 'rules[0].find.custom_field.id' 'must be the ID of a custom field' 'id = "cf_..."'
}

@test "a table without its file or key" {
    configure_rule '    table = { };
    lead_file = {};'
    is_refused 3 'rules[0].table.file' 'is missing' 'file = "customers.csv"'
    is_refused 3 'rules[0].table.key' 'is missing' 'key = "{customer}"'
}

@test "an invalid pattern, and a group that hides a variable" {
    configure_rule '    match = { path = "(lead_[a-z]+"; }; lead_id = "lead_1"; lead_file = {};'
    is_refused 3 'rules[0].match.path' 'this is not a valid regular expression' 'missing closing parenthesis' 'at its end'
    configure_rule '    match = { path = "(?<name>[a-z]+)"; }; lead_id = "lead_1"; lead_file = {};'
    is_refused 3 'rules[0].match.path' 'the named group "name" hides the variable {name}'
}

@test "an unknown variable, and one that is not known yet" {
    configure_rule '    match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; };
    lead_id = "{led}";
    email = { subject = "{file}"; };'
    is_refused 4 'rules[0].lead_id' '{led} is not a variable; known here are {name}' '{lead}'
    is_refused 5 'rules[0].email.subject' '{file} is not a variable'
    configure_rule '    lead_id = "{lead.id}";
    email = { subject = "{row.city}"; };'
    is_refused 3 'rules[0].lead_id' '{lead.id}' 'only known once the lead or contact has been found'
    is_refused 4 'rules[0].email.subject' '{row.city}' "only known once a row of the rule's table has been found"
}

@test "an email that is really sent, without a sender, a recipient or a date" {
    configure_rule '    lead_id = "lead_1";
    email = { status = "outbox"; subject = "Scan"; };'
    is_refused 4 'rules[0].email.sender' 'is missing' 'status "outbox"' 'sender = "billing@example.com"'
    is_refused 4 'rules[0].email.to' 'is missing' 'to = [ "{contact.email}" ]'
    configure_rule '    lead_id = "lead_1";
    email = { status = "scheduled"; sender = "a@b.c"; to = [ "x@y.z" ]; };'
    is_refused 4 'rules[0].email.date_scheduled' 'is missing' 'date_scheduled = "{date:%Y-%m-%dT18:00:00%z}"'
}

@test "an unknown status, and one text where a list of addresses is expected" {
    configure_rule '    lead_id = "lead_1";
    email = { status = "later";
        to = "x@y.z"; };'
    is_refused 4 'rules[0].email.status' '"later" is not valid here; it must be "draft", "inbox"'
    is_refused 5 'rules[0].email.to' 'must be a list of strings in quotes'
}

@test "a body next to a template of Close, which would be ignored" {
    configure_rule '    lead_id = "lead_1";
    email = { template_id = "tmpl_1";
        body_text = "Hello"; };'
    is_refused 4 'rules[0].email.template_id' 'remove one of them'
}

@test "a group without a key, and a group of lead files" {
    configure_rule '    lead_id = "lead_1"; note = {};
    group = { wait = "10s"; };'
    is_refused 4 'rules[0].group.by' 'is missing' 'by = "{customer}"'
    configure_rule '    lead_id = "lead_1"; lead_file = {};
    group = { by = "{dir}"; };'
    is_refused 4 'rules[0].group' 'makes no sense with lead_file'
}

@test "values of sidecars in a folder without sidecars" {
    sidecar=false configure_rule '    lead_id = "{meta.lead}"; lead_file = {};'
    is_refused 1 'folders[0].sidecar' 'must be true: the rule "r" uses a variable {meta.KEY}'
}

@test "a key of another activity" {
    configure_rule '    lead_id = "lead_1";
    note = { body_text = "Hello"; };'
    is_refused 4 'rules[0].note.body_text' 'unknown key'
    configure_rule '    lead_id = "lead_1";
    lead_file = { title = "Scan"; };'
    is_refused 4 'rules[0].lead_file.title' 'unknown key'
}

# ---- the file as a whole ----

@test "a syntax error is reported alone, with its line" {
    configure <<'CONF'
folders = ( { path = "in"; } );
limits = { transfers = ;
    max_atempts = 1; };
CONF
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says "$config:2: syntax error"
        [ "$(grep -c "^$config:" <<<"$output")" = 1 ]
    done
}

@test "all errors are reported at once, each once" {
    configure <<'CONF'
state_dri = "state";
close = { api_url = "gopher://x"; api_key = "secret"; };
limits = { transfers = 1000; timeout = "never"; };
folders = ( { path = "in"; settle = "long"; colour = "blue"; },
            { path = "in/deep"; max_size = "big"; } );
CONF
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        for key in state_dri close.api_url close.api_key limits.transfers limits.timeout 'folders[0].settle' \
            'folders[0].colour' 'folders[1].path' 'folders[1].max_size'; do
            [ "$(grep -cF ": $key: " <<<"$output")" = 1 ]
        done
    done
}

@test "a configuration that does not exist, is a directory, or contains a NUL byte" {
    for command in check run status; do
        ends "$command" -c nowhere.conf
        ends_with 78
        says nowhere.conf 'No such file'
    done
    ends check -c in
    ends_with 78
    says 'in: ' 'cannot be read'
    printf 'folders\0= ( );' >"$config"
    ends check -c "$config"
    ends_with 78
    says "$config" 'NUL byte'
}

# ---- what it names ----

@test "relative paths are relative to the file, wherever closedrop is started" {
    echo hello >in/a.txt
    cd /
    ends check -c "$config"
    ends_with 0
    ends run -c "$config" --once
    cd "$BATS_TEST_TMPDIR"
    ends_with 0
    [ -f state/queue.db ]
    [ "$(uploads)" = 1 ]
}

@test "the configuration itself may be named relatively, or by the environment" {
    mkdir elsewhere
    cd elsewhere
    ends check -c ../closedrop.conf
    ends_with 0
    says 'is valid: 1 folder'
    CLOSEDROP_CONFIG=../closedrop.conf ends check
    ends_with 0
    says 'is valid: 1 folder'
    cd ..
}

@test "a folder that does not exist is an error for check, which names it and its path" {
    rmdir in
    ends check -c "$config"
    ends_with 78
    says "$config" 'folder "scans"' "$PWD/in" 'No such file' 'create the directory'
    echo "a file" >in
    ends check -c "$config"
    ends_with 78
    says 'folder "scans"' 'Not a directory'
}

no_key() { # TEXT...: neither check nor run is content with the key file
    local command
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says "$PWD/key" "$@"
        [[ $output != *api_sandbox* ]]
    done
}

@test "a key file that is missing" {
    rm key
    no_key 'No such file' 'put the API key there'
}

@test "a key file that others can read" {
    chmod 644 key
    no_key 'can be read by others' 'chmod 600'
    chmod 600 key
    ends check -c "$config"
    ends_with 0
}

@test "a key file with two lines, with nothing, and with a space in the middle" {
    printf 'api_sandbox.secret\napi_other.secret\n' >key
    no_key 'nothing else, on one line'
    : >key
    no_key 'must contain the API key'
    printf 'api_sandbox .secret\n' >key
    no_key 'must contain the API key'
}

@test "a key file in quotes, or as NAME=value, is recognised as such" {
    printf '"api_sandbox.secret"\n' >key
    no_key 'has the API key in quotes; write the key without them'
    printf '\xe2\x80\x9capi_sandbox.secret\xe2\x80\x9d\n' >key
    no_key 'has the API key in quotes'
    for line in 'CLOSE_API_KEY=api_sandbox.secret' 'export CLOSE_API_KEY="api_sandbox.secret"' \
        'api_key = "api_sandbox.secret";' 'API key: api_sandbox.secret'; do
        echo "$line" >key
        no_key 'key'
    done
    echo 'CLOSE_API_KEY=api_sandbox.secret' >key
    no_key 'has a name before the API key; write only the key'
}

@test "a key file with a byte order mark is valid" {
    printf '\xef\xbb\xbfapi_sandbox.secret\r\n' >key
    ends check -c "$config" --online
    ends_with 0
}

@test "a key file with DOS line ends, or without an end of line, is valid" {
    printf 'api_sandbox.secret\r\n' >key
    ends check -c "$config" --online
    ends_with 0
    printf 'api_sandbox.secret' >key
    ends check -c "$config" --online
    ends_with 0
    says 'Close answers'
}

@test "no key anywhere" {
    unset_config close.api_key_file
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says 'there is no API key' 'close.api_key_file'
    done
}

@test "a key file that this user cannot read" {
    become_nobody
    chmod 600 key
    if [ "$(id -u)" = 0 ]; then
        chown root key
        no_key 'belongs to root, but this runs as nobody' 'chown nobody'
    else
        chmod 0 key
        no_key 'Permission denied'
    fi
}

@test "a state_dir that cannot be written to, or created" {
    become_nobody
    mkdir closed
    chmod 555 closed
    set_config state_dir=closed/state
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says "$PWD/closed/state" 'Permission denied' 'writable'
    done
    mkdir state
    chmod 555 state
    set_config state_dir=state
    for command in check run; do
        ends "$command" -c "$config"
        ends_with 78
        says "$PWD/state" 'writable'
    done
}

@test "a folder that cannot be listed, or not be written to, is an error for check" {
    become_nobody
    [ "$(id -u)" != 0 ] || chown root in
    chmod 711 in
    ends check -c "$config"
    ends_with 78
    says 'folder "scans"' 'list'
    chmod 555 in
    ends check -c "$config"
    ends_with 78
    says 'folder "scans"' 'after_upload = "keep"'
    write_config 'after_upload = "keep";'
    ends check -c "$config"
    ends_with 0
}

@test "a state_dir that another agent uses: the second exits, the first continues" {
    start_agent
    sed 's/"control.sock"/"other.sock"/' "$config" >other.conf
    ends run -c other.conf
    ends_with 1
    says "$PWD/state" 'in use by another'
    ends status -c other.conf
    ends_with 1
    says 'in use' "$PWD/other.sock"
    echo hello >in/a.txt
    wait_until jobs_are done 1
}

@test "check succeeds while the agent runs" {
    start_agent
    ends check -c "$config" --online
    ends_with 0
    says 'Close answers'
}

# ---- check --online ----

@test "check --online says whose key it is" {
    ends check -c "$config"
    ends_with 0
    says "$config is valid"
    [ "$(curl -s "${admin}counts" | jq .requests.me)" = 0 ]
    ends check -c "$config" --online
    ends_with 0
    says 'Close answers: the API key belongs to'
    [ ! -e state ]
}

@test "check --online with a wrong key exits with 77 and says what to do" {
    echo api_wrong.secret >key
    ends check -c "$config" --online
    ends_with 77
    says 'refuses the API key' 'Developer, API Keys'
    [[ $output != *api_wrong* ]]
}

@test "check --online exits with 1 if nobody answers" {
    stop_sandbox
    ends check -c "$config" --online
    ends_with 1
    says "$api" 'close.api_url'
}

@test "check --online exits with 1 if somebody else answers" {
    fault '[{"on":"me","times":0,"do":{"status":200,"body":"<html>Welcome to the hotel"}}]'
    ends check -c "$config" --online
    ends_with 1
    says "$api"
}

# ---- wrong usage ----

wrong_usage() { # ARGUMENT...: 2, and how it would be right
    ends "$@"
    ends_with 2
    says closedrop
    [ -n "$output" ]
}

@test "wrong usage exits with 2" {
    wrong_usage
    says 'closedrop --help'
    wrong_usage upolad
    says '"upolad"' 'closedrop --help'
    wrong_usage status --colour
    says '--colour' 'Usage: closedrop status'
    wrong_usage check --once
    says 'Usage: closedrop check'
    wrong_usage status too much
    says 'too'
    wrong_usage show -c "$config"
    says 'Usage: closedrop show'
    wrong_usage retry -c "$config"
    wrong_usage forget -c "$config"
    wrong_usage upload -c "$config"
    wrong_usage list -c "$config" --limit 0
    says '--limit'
    wrong_usage list -c "$config" --limit many
    wrong_usage list -c "$config" --state lost
    says '"lost"' 'queued, uploading, uploaded'
    wrong_usage list -c
    [ ! -e state ]
}

@test "--help and --version are valid for every command" {
    ends --version
    ends_with 0
    says 'closedrop '
    ends --help
    ends_with 0
    local command commands=$output
    for command in run check upload status list show retry forget pause resume; do
        [[ $commands == *"  $command "* ]]
        ends "$command" --help
        ends_with 0
        says "Usage: closedrop $command"
    done
    [ ! -e state ]
}

# ---- the example ----

@test "etc/closedrop.conf is valid, once its folder and its key exist" {
    local example=$CLOSEDROP_SOURCE_DIR/etc/closedrop.conf
    [ -s "$example" ]
    mkdir srv srv/scans
    sed -e "s,/srv/,$PWD/srv/,g" -e "s,/etc/closedrop/api-key,$PWD/key," -e "s,/var/lib/closedrop,$PWD/state,g" \
        -e "s,/run/closedrop/,$PWD/,g" "$example" >example.conf
    ends check -c example.conf
    ends_with 0
    says 'example.conf is valid: '
}

@test "check by root is about the user that closedrop runs as, and names it" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    become_nobody
    mkdir -p state
    chown -R nobody key state in .
    closedrop_by_root() { "$CLOSEDROP_BIN_DIR/real" check -c "$config"; }
    run closedrop_by_root
    [ "$status" = 0 ]
    [[ $output == *"is valid: 1 folder"*"checked for the user nobody, who owns the key file and must run closedrop"* ]]
    chown root in
    run closedrop_by_root
    [ "$status" = 78 ]
    [[ $output == *'folder "scans"'*"permission"* ]]
    chown nobody in
    chmod 600 "$config"
    chown root "$config"
    run closedrop_by_root
    [ "$status" = 78 ]
    [[ $output == *"$config: cannot be read by the user nobody"* ]]
}
