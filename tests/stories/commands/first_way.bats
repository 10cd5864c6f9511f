#!/usr/bin/env bats
# A dropped file reaches Close, and the folder shows it.

load ../../support/story
setup() { story_setup; }
teardown() { story_teardown; }

@test "a file that is copied in is uploaded and put away" {
    start_agent
    echo "hello, Close" >in/letter.txt
    wait_until jobs_are done 1
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/letter.txt"
    was_uploaded "in/Uploaded/$(date +%Y-%m)/letter.txt"
    [ ! -e in/letter.txt ]
}

@test "files that are there at the start are uploaded, and subdirectories are kept" {
    mkdir -p in/a/b
    echo one >in/a/b/one.txt
    echo two >in/two.txt
    run_once
    [ "$agent_code" = 0 ]
    [ -f "in/Uploaded/$(date +%Y-%m)/a/b/one.txt" ]
    [ -f "in/Uploaded/$(date +%Y-%m)/two.txt" ]
    [ "$(uploads)" = 2 ]
}

@test "a directory that is created or moved in later is watched too" {
    start_agent
    mkdir -p in/new/deep
    echo a >in/new/deep/a.txt
    mkdir outside
    echo b >outside/b.txt
    mv outside in/moved
    wait_until jobs_are done 2
    echo c >in/moved/c.txt
    wait_until jobs_are done 3
}

@test "a number is added to a name that is taken" {
    start_agent
    echo first >in/a.txt
    wait_until jobs_are done 1
    echo second >in/a.txt
    wait_until jobs_are done 2
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a (2).txt"
    grep -q second "in/Uploaded/$(date +%Y-%m)/a (2).txt"
}
