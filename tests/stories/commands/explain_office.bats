#!/usr/bin/env bats
# An office with twenty files and more, each in another situation at the same time, and what closedrop explain says about each.
# EXPLAIN_TO=FILE keeps the answers.

load ../../support/story
setup() { story_setup; }
teardown() { story_teardown; }

note='note = { text = "{stem}"; };'

# Folders: scans, outbox (emails that are sent), spool (marker), forms (sidecar), slow (settles for an hour),
# lists (its table is missing), away.
configure_office() {
    mkdir -p outbox spool forms slow lists away drop
    seed '{"leads":[{"id":"lead_A","name":"Amber & Co","contacts":[{"id":"cont_A","name":"Ann","emails":["a@example.com"]}]}]}'
    more_folders='{ name = "outbox"; path = "outbox"; settle = "100ms"; rules = [ "statements" ]; },
        { name = "spool"; path = "spool"; settle = "100ms"; marker = "{name}.done"; },
        { name = "forms"; path = "forms"; settle = "100ms"; sidecar = true; },
        { name = "slow"; path = "slow"; settle = "1h"; },
        { name = "lists"; path = "lists"; settle = "100ms"; rules = [ "customers" ]; },
        { name = "away"; path = "away"; }' \
        limits='ask_above = 1;' \
        more='rules = ( { name = "by-lead"; match = { path = "(?<l>lead_[A-Z])"; }; lead_id = "{l}"; '"$note"' },
        { name = "statements"; match = { path = "."; }; lead_id = "lead_A"; email = { status = "outbox"; sender = "b@example.com";
            to = [ "a@example.com" ]; subject = "{stem}"; }; },
        { name = "book"; match = { path = "^page"; }; lead_id = "lead_A"; group = { by = "all"; wait = "1h"; }; '"$note"' },
        { name = "customers"; match = { path = "^customer"; }; table = { file = "customers.csv"; key = "1"; }; '"$note"' } );' \
        write_config 'rules = [ "by-lead", "book" ]; no_match = "fail"; incomplete = "1h";
            include = [ "*.pdf", "*.txt" ]; exclude = [ "draft-*" ];'
}

drop_files() {
    mkdir -p in/.git
    touch in/scan.pdf.part in/draft-offer.pdf in/notes.docx in/.git/a.pdf drop/elsewhere.pdf
    ln -s ../drop/elsewhere.pdf in/shortcut.pdf
    printf '%%PDF-1.4\n' >in/half.pdf
    echo linked >in/linked.txt
    ln in/linked.txt drop/linked.txt
    echo filed >'in/contract lead_A.txt'
    echo kept >'in/order lead_A.txt'
    echo nobody >in/nobody.txt
    echo wrong >in/wrong.txt
    echo book >in/page-1.txt
    echo table >lists/customer-7.txt
    echo one >outbox/statement-1.txt
    echo two >outbox/statement-2.txt
    echo spool >spool/job.txt
    echo form >forms/form.txt
    echo slow >slow/fresh.txt
    echo hand >drop/hand.txt
}

is_settled() { # everything is where it stays
    jobs_are 'done' 3 && jobs_are failed 2 && jobs_are uploading 0 && jobs_are attaching 0 &&
        [ "$(closedrop list --held --json | wc -l)" = 1 ] && closedrop explain --json in/half.pdf | grep -q incomplete
}

said() { # SITUATION PATH: the answer is kept, and is that one
    {
        printf '$ closedrop explain "%s"\n' "${2#"$PWD"/}"
        closedrop explain "$2"
        echo
    } >>answers.txt || true
    [ "$(closedrop explain --json "$2" | jq -r .situation)" = "$1" ] || {
        tail -n 5 answers.txt
        return 1
    }
}

folder_is_away() {
    [ "$(closedrop status --json | jq '.folders[] | select(.name == "away") | .healthy')" = false ]
}

@test "twenty files in twenty situations" {
    configure_office
    drop_files
    start_agent
    closedrop upload --lead lead_A drop/hand.txt >/dev/null
    wait_until is_settled
    rm in/Failed/wrong.txt*
    exec 7>slow/open.txt
    mv away gone
    wait_until folder_is_away
    said outside drop/elsewhere.pdf
    said ignored in/scan.pdf.part
    said ignored in/draft-offer.pdf
    said ignored in/notes.docx
    said ignored in/.git/a.pdf
    said link in/shortcut.pdf
    wait_until said written slow/open.txt
    exec 7>&-
    said settling slow/fresh.txt
    said marker spool/job.txt
    said sidecar forms/form.txt
    said incomplete in/half.pdf
    said unreadable in/linked.txt
    said folder_away away/letter.txt
    said group in/page-1.txt
    said retry lists/customer-7.txt
    said held "$(echo outbox/statement-*)"
    said done 'in/contract lead_A.txt'
    said done "$(echo in/Uploaded/*/contract*)"
    said done drop/hand.txt
    said failed in/nobody.txt
    said text in/Failed/nobody.txt.error.txt
    closedrop forget "$(closedrop list --json --match page | jq .id)" >/dev/null
    said forgotten in/page-1.txt
    closedrop pause >/dev/null
    echo three >'in/late lead_A.txt'
    echo four >'in/later lead_A.txt'
    wait_until jobs_are queued 3
    said paused 'in/later lead_A.txt'
    rm 'in/late lead_A.txt'
    said queue_lost 'in/late lead_A.txt'
    stop_agent
    said queue_idle 'in/later lead_A.txt'
    echo five >in/new.txt
    said not_running in/new.txt
    [ -z "${EXPLAIN_TO:-}" ] || cp answers.txt "$EXPLAIN_TO"
}
