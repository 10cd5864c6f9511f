#!/usr/bin/env python3
"""Runs the examples of docs/api.md in their order, and compares what is answered with what the page says.

    api_examples.py PAGE ADDRESS TOKEN            status 0 if every answer has the keys of the example, with values of their type
    api_examples.py PAGE ADDRESS TOKEN --write    replace the examples of answers by what was answered
    api_examples.py PAGE --routes                 the routes with a heading of their own, one a line: METHOD PATH

An example is a block of sh, and behind it a block of json (the whole answer) or text (its first line).
"""
import json
import re
import subprocess
import sys

EXAMPLE = re.compile(r'```sh\n(.*?)```\n\n```(json|text)\n(.*?)```', re.DOTALL)
ADDRESS = 'http://127.0.0.1:8674'


def run(command, address, token):
    command = command.replace(ADDRESS, address)
    done = subprocess.run(['bash', '-c', command], env={'PATH': '/usr/bin:/bin', 'TOKEN': token}, stdout=subprocess.PIPE, check=False)
    return done.stdout.decode()


def differences(said, got, where='answer'):
    """What the page says and the answer does not have. Null can stand for anything, and keys may be added."""
    if said is None or got is None:
        return
    if isinstance(said, bool) != isinstance(got, bool) or isinstance(said, (int, float)) != isinstance(got, (int, float)) or (
            not isinstance(said, (int, float)) and type(said) is not type(got)):
        yield f'{where} is a {type(got).__name__}, not a {type(said).__name__}'
    elif isinstance(said, dict):
        for key in sorted(said.keys() - got.keys()):
            yield f'{where}.{key} is only in the page'
        for key in said.keys() & got.keys():
            yield from differences(said[key], got[key], f'{where}.{key}')
    elif isinstance(said, list):
        if bool(said) != bool(got):
            yield f'{where} is ' + ('empty' if said else 'not empty')
        for one, other in zip(said, got):
            yield from differences(one, other, where + '[]')


def check(kind, said, got):
    if kind == 'text':
        return [] if said.splitlines()[:1] == got.splitlines()[:1] else [f'begins with {got[:80]!r}']
    try:
        return list(differences(json.loads(said), json.loads(got)))
    except ValueError as error:
        return [f'{error}: {got[:200]!r}']


def shown(kind, got):
    """As it is printed in the page: objects that fit stay on one line."""
    return json.dumps(json.loads(got), indent=2, ensure_ascii=False) + '\n' if kind == 'json' else got.splitlines()[0] + '\n'


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        page = file.read()
    if sys.argv[2] == '--routes':
        print('\n'.join(re.findall(r'^### `((?:GET|POST) [^`?]*)', page, re.MULTILINE)))
        return 0
    wrong = 0

    def one(match):
        nonlocal wrong
        command, kind, said = match.groups()
        got = run(command, sys.argv[2], sys.argv[3])
        problems = check(kind, said, got) if said.strip() else ['has no answer yet']
        if problems:
            wrong = 1
            print(command.strip(), *problems, sep='\n    ')
        return f'```sh\n{command}```\n\n```{kind}\n{shown(kind, got)}```' if sys.argv[4:] == ['--write'] else match.group(0)

    page = EXAMPLE.sub(one, page)
    if sys.argv[4:] == ['--write']:
        with open(sys.argv[1], 'w', encoding='utf-8') as file:
            file.write(page)
        return 0
    return wrong


if __name__ == '__main__':
    sys.exit(main())
