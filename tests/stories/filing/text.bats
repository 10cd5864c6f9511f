#!/usr/bin/env bats
# Names count as people see them: as Windows and as Macs write them (normal forms C and D), in capitals, with non-breaking
# spaces; and names that would play tricks on somebody's screen are clean in Close.

load ../../support/story

lead=lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6LqeFs0h
jane=cont_8NNOJnVwmHQEYuVOgJ4B4zU7g9RUxYH4JnPjza5Vr6t
nbsp=$'\u00a0'
replaced=$'\ufffd'
nfd_ue=$'u\u0308' nfd_UE=$'U\u0308'

setup() {
    story_setup
    seed '{"leads":[
        {"id":"'$lead'","name":"Müller GmbH","custom":{"cf_Kunde":"Grüße AG"},"contacts":[
            {"id":"'$jane'","name":"Jürgen Groß","emails":["jane@bluth.example"],"phones":["+49301234567"]}]},
        {"id":"lead_Capitals","name":"WEIẞ & SÖHNE","contacts":[]},
        {"id":"lead_Small","name":"weiß & söhne","contacts":[]},
        {"id":"lead_Weiss","name":"Weiss & Söhne","contacts":[]}]}'
}
teardown() { story_teardown; }

rules() { # RULE...: the list of rules, and a folder that has all of them by their names
    local names='' rule
    for rule; do
        names+="$(grep -o 'name = "[^"]*"' <<<"$rule" | head -n 1 | cut -c 8-),"
    done
    more="rules = ( $(IFS=, && echo "$*") );"
    write_config "rules = [ ${names%,} ]; no_match = \"fail\"; ${folder_settings:-}"
}

drop() { # NAME...: a document under each name, no two alike
    local name
    for name; do
        mkdir -p "$(dirname "in/$name")"
        echo "a document called $name" >"in/$name"
    done
}

filed_on() { # LEAD NUMBER: so many files were
    [ "$(closedrop list --json | jq -r 'select(.state == "done") | .lead_id' | grep -cx "$1")" = "$2" ]
}

error_text() { # of the only file in Failed
    cat in/Failed/*.error.txt
}

# The three rules of docs/rules.md, with a customer who is called by a name
by_lead_id='{ name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}";
    email = { subject = "Scan: {stem}"; body_text = "Received {date:%Y-%m-%d}."; }; }'
statements='{ name = "statements"; match = { path = "(?i)^Übersicht (?<customer>[\\w\\s]+)-"; };
    table = { file = "customers.csv"; key = "{customer}"; }; group = { by = "{customer}"; wait = "500ms"; };
    email = { status = "outbox"; sender = "billing@example.com"; to = [ "{contact.email}" ];
        subject = "Your statement"; body_text = "Please find it attached."; }; }'
fax='{ name = "fax"; match = { path = "(^|/)(?<caller>[+0][0-9]+)-(?<from>\\w+)"; };
    find = { contact_phone = "{caller}"; country = "49"; }; note = { text = "Fax from {caller}, {from}"; }; }'

@test "the three rules file names in normal form C and D, in capitals, and with non-breaking spaces" {
    printf 'key,lead_id,contact_id\nMüller GmbH,%s,%s\n' "$lead" "$jane" >customers.csv
    rules "$by_lead_id" "$statements" "$fax"
    drop "Gemüse $lead.pdf" "Gem${nfd_ue}se $lead.pdf" "GEMÜSE $lead.PDF" "Gemüse$nbsp$lead.pdf"
    drop "Übersicht Müller GmbH-1.pdf" "${nfd_UE}bersicht M${nfd_ue}ller GmbH-2.pdf" "ÜBERSICHT MÜLLER GMBH-3.PDF" \
        "Übersicht${nbsp}Müller${nbsp}GmbH-4.pdf"
    drop "0301234567-Bürger.tif" "0301234567-B${nfd_ue}rger.tif" "0301234567-BÜRGER.TIF" "0301234567-Bürger${nbsp}1.tif"
    run_once
    [ "$agent_code" = 0 ]
    jobs_are done 12
    filed_on "$lead" 12
    # the statements of one customer go in one email, whatever the spelling of each
    [ "$(activities 'map(select(.body.subject == "Your statement").body.attachments | map(.filename) | sort)')" = \
        '[["ÜBERSICHT MÜLLER GMBH-3.PDF","Übersicht Müller GmbH-1.pdf","Übersicht Müller GmbH-2.pdf","Übersicht Müller GmbH-4.pdf"]]' ]
    # no letter of a name is lost, and what a Mac has written is what others write
    [ "$(activities 'map(.body.note // empty) | sort')" = \
        '["Fax from 0301234567, BÜRGER","Fax from 0301234567, Bürger","Fax from 0301234567, Bürger","Fax from 0301234567, Bürger"]' ]
    # on disk it is called as before
    [ -f "in/Uploaded/$(date +%Y-%m)/Gem${nfd_ue}se $lead.pdf" ]
}

@test "found by a name or a custom field in any spelling" {
    rules '{ name = "l"; match = { path = "^lead-(?<v>.*)\\.txt$"; }; find = { lead_name = "{v}"; }; note = {}; }' \
        '{ name = "c"; match = { path = "^person-(?<v>.*)\\.txt$"; }; find = { contact_name = "{v}"; }; note = {}; }' \
        '{ name = "f"; match = { path = "^field-(?<v>.*)\\.txt$"; }; note = {};
            find = { custom_field = { id = "cf_Kunde"; value = "{v}"; }; }; }'
    drop "lead-Müller GmbH.txt" "lead-MÜLLER GMBH.txt" "lead-M${nfd_ue}ller GmbH.txt" "lead-Müller${nbsp}GmbH.txt"
    drop "person-Jürgen Groß.txt" "person-JÜRGEN GROẞ.txt" "person-J${nfd_ue}rgen  Groß.txt" "person-jürgen${nbsp}groß.txt"
    drop "field-Grüße AG.txt" "field-GRÜẞE AG.txt" "field-Gr${nfd_ue}ße AG.txt" "field-grüße${nbsp}ag.txt"
    run_once
    [ "$agent_code" = 0 ]
    filed_on "$lead" 12
}

@test "an exact name takes precedence, and one that differs in case counts only if one lead has it" {
    rules '{ name = "l"; match = { path = "^(?<v>.*)\\.txt$"; }; find = { lead_name = "{v}"; }; note = {}; }'
    drop "weiß & söhne.txt" "weiß${nbsp}& so"$'\u0308'"hne.txt" "WEISS & SÖHNE.txt" "Weiß & Söhne.txt"
    run_once
    filed_on lead_Small 2
    filed_on lead_Weiss 1
    jobs_are failed 1
    error_text | grep -F 'Close has more than one lead with the name "Weiß & Söhne"'
    closedrop list --json | jq -se 'map(select(.state == "failed").error.code) == ["several"]'
}

@test "a key of a table is found in any spelling, an exact one first; of two similar ones, none" {
    printf 'key,lead_id\nMüller,%s\nMÜLLER,lead_Weiss\nSchön,lead_Small\n' "$lead" >customers.csv
    rules '{ name = "t"; match = { path = "^(?<k>\\w+) [0-9]"; }; note = {}; table = { file = "customers.csv"; key = "{k}"; }; }'
    drop "Müller 1.txt" "M${nfd_ue}ller 2.txt" "MÜLLER 3.txt" "SCHO"$'\u0308'"N 4.txt" "müller 5.txt"
    run_once
    filed_on "$lead" 2
    filed_on lead_Weiss 1
    filed_on lead_Small 1
    error_text | grep -F 'is not in the list customers.csv, but several like it, as in lines '
}

@test "the column of a table is found in any spelling, with all its dots and spaces" {
    printf 'Kunden%snr.;Lead_ID;Gro\u0308ße (cm)\n4711;%s;12\n' "$nbsp" "$lead" >customers.csv
    rules '{ name = "t"; match = { path = "^(?<k>\\w+) [0-9]"; }; note = { text = "{row.KUNDEN NR.}: {row.Größe (cm)}"; };
        table = { file = "customers.csv"; key = "{k}"; column = "Kunden nr."; }; }'
    run closedrop check
    [ "$status" = 0 ]
    drop "4711 1.txt"
    run_once
    filed_on "$lead" 1
    [ "$(activities 'map(.body.note)')" = '["4711: 12"]' ]
}

@test "a column that the table lacks, or has twice, is reported with the existing ones; a file that needs it fails" {
    printf 'Kundennr.,lead_id,Ort,Ort\n4711,%s,a,b\n' "$lead" >customers.csv
    local rule='{ name = "t"; match = { path = "^(?<k>\\w+) [0-9]"; }; note = { text = "{row.Land}"; };
        table = { file = "customers.csv"; key = "{k}"; column = "Kundennr."; }; }'
    rules "$rule"
    drop "4711 1.txt"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'customers.csv has no column "Land"; there are only "Kundennr.", "lead_id", "Ort", "Ort"'* ]]
    run_once
    error_text | grep -F 'has no column "Land"; there are only "Kundennr.", "lead_id", "Ort", "Ort"'
    closedrop list --json | jq -e '.error.code == "table"'
    rules "${rule/row.Land/row.Ort}"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'customers.csv has two columns "Ort"; what to do: give one of them another name'* ]]
    rule=${rule/row.Land/row.lead_id}
    rules "$rule"
    run closedrop check
    [ "$status" = 0 ]
    rules "${rule/Kundennr./Nummer}"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'customers.csv, line 1: no column is named "Nummer"; there are only "Kundennr.", "lead_id", "Ort", "Ort"'* ]]
}

@test "include and exclude ignore case in every script, and ? is one character" {
    folder_settings='include = [ "übergabe*", "Bl?tt.txt" ]; exclude = [ "*geprüft*" ];'
    rules '{ name = "n"; lead_id = "'$lead'"; note = {}; }'
    drop "Übergabe 1.txt" "${nfd_UE}BERGABE 2.txt" "Blätt.txt" "Bla"$'\u0308'"tt.txt" \
        "Übergabe GEPR${nfd_UE}FT.txt" "Blät.txt" "Ubergabe.txt"
    run_once
    filed_on "$lead" 4
    find_gives 3 in -maxdepth 1 -type f
}

@test "a name with control characters is clean wherever Close reads it" {
    rules '{ name = "n"; lead_id = "'$lead'"; email = { subject = "{name}"; body_text = "{stem}\n{ext}"; body_html = "<b>{name}</b>"; }; }'
    drop $'a\rb.txt' $'c\nd.txt' $'e\tf.txt' $'g\ah.txt' $'i\u202Etxt.exe' $'\n' $'j\e[31m\u2028k.txt' $'M\xfcller.txt'
    run_once
    [ "$agent_code" = 0 ]
    jobs_are done 8
    [ "$(activities 'map(.body.attachments[].filename) | sort')" = \
        '["M'$replaced'ller.txt","a b.txt","c d.txt","e f.txt","g h.txt","i'$replaced'txt.exe","j [31m k.txt","'$replaced'"]' ]
    [ "$(activities 'map(.body.subject) | sort')" = "$(activities 'map(.body.attachments[].filename) | sort')" ]
    [ "$(activities 'map(.body | .subject, .body_text, .body_html) | map(select(test("[\u0000-\u0009\u000b-\u001f\u202e\u2028]")))')" = '[]' ]
    [ "$(activities 'map(select(.body.subject == "c d.txt").body.body_text)')" = '["c d\ntxt"]' ]
    ledger | cut -f 3 | grep -qx 'a%20b.txt'
    # the files keep their names
    [ -f "in/Uploaded/$(date +%Y-%m)/"$'c\nd.txt' ]
    [ -f "in/Uploaded/$(date +%Y-%m)/"$'M\xfcller.txt' ]
}

@test "what was filed under a clean name is found again after an unclear POST" {
    limits='doubt = "400ms";'
    rules '{ name = "n"; lead_id = "'$lead'"; lead_file = {}; }'
    fault '[{"on":"leadfile","do":"reset-after","times":1}]'
    drop $'c\nd'"${nfd_ue}.txt"
    start_agent
    wait_until jobs_are done 1
    activities_are 1
    [ "$(activities '.[0].body.filename')" = '"c dü.txt"' ]
}

@test "a marker and a sidecar are found in capital letters, and keep them" {
    folder_settings='marker = "{name}.done"; sidecar = true;'
    rules '{ name = "n"; lead_id = "{meta.lead}"; note = {}; }'
    start_agent
    drop A.PDF b.pdf
    echo '{"lead":"'$lead'"}' | tee in/A.PDF.JSON >in/b.pdf.Json
    touch in/b.pdf.Done in/A.PDF.DONE
    wait_until jobs_are done 2
    filed_on "$lead" 2
    for name in A.PDF A.PDF.JSON A.PDF.DONE b.pdf b.pdf.Json b.pdf.Done; do
        [ -f "in/Uploaded/$(date +%Y-%m)/$name" ]
    done
}
