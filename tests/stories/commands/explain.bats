#!/usr/bin/env bats
# closedrop explain: why one file is where it is, with and without the agent.

load ../../support/story
setup() { story_setup; }
teardown() { story_teardown; }

by_lead='rules = ( { name = "by-lead"; match = { path = "(?<l>lead_[A-Z])"; }; lead_id = "{l}"; note = { text = "x"; }; } );'

use_rule() { # FOLDER-SETTING...
    seed '{"leads":[{"id":"lead_A","name":"Amber & Co"}]}'
    more=$by_lead write_config 'rules = [ "by-lead" ];' "$@"
}

says() { # SITUATION TEXT PATH: explain answers so
    run closedrop explain "$3"
    echo "$output"
    [ "$status" = 0 ] && [[ $output == *"$2"* ]] || return 1
    [ "$(closedrop explain --json "$3" | jq -r .situation)" = "$1" ]
}

come_after() { # FILE OTHER: FILE is written after the other, by the clock of the file system
    touch "$1"
    [ "$1" -nt "$2" ]
}

@test "a file that is ignored: by its name, a pattern, its directory, or for what it is" {
    write_config 'include = [ "*.pdf", "*.tmp" ]; exclude = [ "draft-*" ];'
    mkdir -p in/.git in/drop outside
    touch in/a.tmp in/a.doc in/draft-1.pdf in/.git/a.pdf outside/a.pdf
    ln -s ../outside/a.pdf in/link.pdf
    ln -s ../outside in/elsewhere
    says ignored 'names that end in ".tmp" are never taken' in/a.tmp
    says ignored 'no include pattern matches it (include = [ "*.pdf", "*.tmp" ])' in/a.doc
    says ignored 'the exclude pattern "draft-*" matches it' in/draft-1.pdf
    says ignored 'the directory ".git" is not entered' in/.git/a.pdf
    says link 'is a symbolic link' in/link.pdf
    says behind_link 'leads through a symbolic link' in/elsewhere/a.pdf
    says outside "closedrop upload \"$PWD/outside/a.pdf\"" "$PWD/outside/a.pdf"
    says own 'is used by closedrop itself' closedrop.conf
    says shut_directory 'is not entered' in/.git
    says directory 'is the drop folder "scans"' in
}

@test "a file on its way: not running, paused, taken away" {
    use_rule
    echo one >'in/1 lead_A.txt'
    says not_running 'closedrop is not running' 'in/1 lead_A.txt'
    start_agent
    wait_until jobs_are done 1
    closedrop pause >/dev/null
    echo two >'in/2 lead_A.txt'
    wait_until jobs_are queued 1
    says paused 'closedrop resume' 'in/2 lead_A.txt'
    stop_agent
    says queue_idle 'is in the queue' 'in/2 lead_A.txt'
    rm 'in/2 lead_A.txt'
    says queue_lost 'no longer there' 'in/2 lead_A.txt'
}

@test "a file that was changed a moment ago, or is still open for writing" {
    settle=1h write_config
    echo one >in/fresh.txt
    start_agent
    exec 7>in/open.txt
    echo two >&7
    wait_until says settling 'must be unchanged for 1 h' in/fresh.txt
    wait_until says written "process $BASHPID of $(id -un)" in/open.txt
    exec 7>&-
    wait_until says settling 'may not be finished yet' in/open.txt
}

@test "a file that is incomplete, empty, or has another name outside the folder" {
    write_config 'incomplete = "1h";'
    printf '%%PDF-1.4\n' >in/cut.pdf
    : >in/empty.txt
    echo one >in/linked.txt
    ln in/linked.txt outside.txt
    start_agent
    wait_until says incomplete 'looks incomplete: ' in/cut.pdf
    wait_until says incomplete 'is empty. It may still grow' in/empty.txt
    wait_until says unreadable 'the file has more than one name' in/linked.txt
    says unreadable 'What to do: copy it into the folder' in/linked.txt
}

@test "a file that waits for its marker, or for its sidecar" {
    write_config 'marker = "{stem}.ok"; sidecar = true;'
    echo one >in/a.txt
    says not_running 'It also waits for its marker a.ok' in/a.txt
    start_agent
    wait_until says marker "touch \"$folder/a.ok\"" in/a.txt
    touch in/a.ok
    wait_until says sidecar 'waits for its sidecar a.txt.json, which does not exist' in/a.txt
    says ignored 'marker = "{stem}.ok"' in/a.ok
    stop_agent
    write_config 'marker = "{dir}/READY";'
    touch in/READY
    wait_until come_after in/late.txt in/READY
    start_agent
    wait_until says next_marker 'came after the marker READY' in/late.txt
}

@test "a file with an outcome, where it was dropped and where it was put" {
    use_rule 'no_match = "fail"; incomplete = "200ms";'
    echo one >'in/lead_A.txt'
    echo two >in/nobody.txt
    : >in/empty.txt
    start_agent
    wait_until jobs_are done 1
    wait_until jobs_are failed 2
    says done 'as a note on Amber & Co (lead_A)' in/lead_A.txt
    says done "moved to where it is now" in/Uploaded/*/lead_A.txt
    says failed 'What to do: rename it' in/nobody.txt
    says failed 'the file is empty' in/Failed/empty.txt
    says text 'says why it failed' in/Failed/empty.txt.error.txt
    stop_agent
    says done 'as a note on Amber & Co (lead_A)' in/lead_A.txt
    rm in/Failed/nobody.txt*
    run_once
    says discarded 'somebody deleted it' in/nobody.txt
}

@test "a file put again is a new one, and the earlier job is named" {
    use_rule
    echo one >in/lead_A.txt
    run_once
    mv in/Uploaded/*/lead_A.txt in/
    says not_running 'An earlier file of this name was job 1: closedrop show 1' in/lead_A.txt
}

@test "a file that was uploaded by hand, by its path" {
    use_rule
    run_once # makes the queue
    mkdir outside
    echo one >outside/x.txt
    closedrop upload --lead lead_A outside/x.txt >/dev/null
    says done 'was filed by hand' outside/x.txt
    cp outside/x.txt outside/y.txt
    says outside 'not in a drop folder' outside/y.txt
}

@test "a folder that is away: nothing is said about its files but what the queue knows" {
    use_rule
    echo one >in/lead_A.txt
    run_once
    mv in elsewhere
    says folder_away 'its folder "scans" is away' in/new.txt
    says done 'as a note on Amber & Co' in/lead_A.txt
}

@test "with errors in the configuration, what the agent knows about jobs is still said" {
    use_rule
    echo one >in/lead_A.txt
    echo two >in/new.part
    start_agent
    wait_until jobs_are 'done' 1
    set_config folders.settle=soon
    says 'done' 'as a note on Amber & Co' in/lead_A.txt
    says 'done' 'moved to where it is now' in/Uploaded/*/lead_A.txt
    run closedrop explain in/new.part
    [ "$status" = 1 ] && [[ $output == *'while the configuration has errors'* ]]
    stop_agent
    run closedrop explain in/lead_A.txt
    [ "$status" = 78 ]
}

@test "a file is found by its name as people see it: in another letter case, and as a Mac writes it" {
    write_config 'exclude = [ "*.pdf" ];'
    echo one >"in/Mu"$'\xCC\x88'"ller.pdf"
    echo two >in/INVOICE.PDF
    echo three >in/invoice.Pdf
    says 'ignored' 'ller.pdf is ignored' in/$'M\xC3\xBCller.pdf'
    says 'ignored' 'invoice.Pdf' in/invoice.Pdf
    run closedrop explain in/Invoice.pdf # one of two
    [ "$status" = 1 ]
    rm in/INVOICE.PDF
    says 'ignored' 'invoice.Pdf' in/Invoice.pdf
}

@test "explain of nothing at all ends with 1, and makes no queue" {
    run closedrop explain in/nothing.txt
    [ "$status" = 1 ]
    [[ $output == "There is no file in/nothing.txt"* ]]
    [ ! -e state ]
}
