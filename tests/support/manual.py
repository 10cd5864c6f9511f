#!/usr/bin/env python3
"""What a manual page says, for the stories that hold it against the program.

    manual.py examples PAGE DIR   write each example of a configuration as DIR/N.conf, of commands as DIR/N.sh, and the
                                  table as DIR/customers.csv
    manual.py table PAGE          the keys of the table, one a line: KEY<tab>TYPE<tab>DEFAULT
    manual.py described PAGE [HEADING]   what has a paragraph of its own (in a section), one a line: keys, options, codes
    manual.py known               the keys that `closedrop check` names beside an unknown one (standard input)
    manual.py set FILE            the keys that a configuration sets, one a line: KEY<tab>VALUE

A key is written with its groups: limits.sends.gap, folders.path, rules.email.to.
"""
import re
import sys


def plain(text):
    """A line of roff as a reader sees it, without fonts."""
    text = re.sub(r'\\f.', '', text)
    for code, character in (('\\-', '-'), ('\\[dq]', '"'), ('\\[ti]', '~'), ('\\e', '\\')):
        text = text.replace(code, character)
    return text


def lines_of(page):
    with open(page, encoding='utf-8') as file:
        return file.read().replace('\\\n', '').splitlines()


def examples(page):
    example = None
    for line in lines_of(page):
        if line == '.EX':
            example = []
        elif line == '.EE':
            yield '\n'.join(example) + '\n'
            example = None
        elif example is not None:
            example.append(plain(line))


def write_examples(page, directory):
    kinds = ((r'(closedrop|curl|find|mkdir|echo|export|cat|mv)\b', '.sh'), (r'key,lead_id', 'customers.csv'), (r'(.*\n)*folders +=', '.conf'))
    counts = {'.sh': 0, '.conf': 0}
    for example in examples(page):
        name = next((name for pattern, name in kinds if re.match(pattern, example)), None)
        if name is None:
            continue
        if name in counts:
            counts[name] += 1
            name = f'{counts[name]}{name}'
        with open(f'{directory}/{name}', 'w', encoding='utf-8') as file:
            file.write(example)


def words_of(line):
    """The words of a macro's arguments, joined as the macro joins them."""
    arguments = re.findall(r'"([^"]*)"|(\S+)', line.split(' ', 1)[1])
    return plain(''.join(quoted or bare for quoted, bare in arguments)).split()


def table(page):
    """Each table of the section KEYS follows a line that names its groups."""
    within, before = '', ''
    section = ''
    in_table = False
    for line in lines_of(page):
        if line.startswith('.SH'):
            section = line
        if section != '.SH KEYS':
            continue
        if line == '.TS':
            names = re.findall(r'^\.BR? (\w+)', before, re.MULTILINE)
            within = '.'.join((['rules'] if 'of a rule' in before else []) + names)
            in_table, columns = True, None
        elif line == '.TE':
            in_table, before = False, ''
        elif not in_table:
            before = '' if line == '.PP' else before + line + '\n'
        elif line.startswith('Key|'):
            columns = line.split('|')
        elif columns and line.count('|') >= len(columns) - 1:
            cells = dict(zip(columns, line.split('|')))
            key = f'{within}.{cells["Key"]}' if within else cells['Key']
            yield key, cells['Type'], cells.get('Default', '')


def described(page, heading=None):
    """The first words of the bold tags of paragraphs: `key type, key type`, or `--option VALUE, ...`."""
    is_tag, here = False, None
    for line in lines_of(page):
        if line.startswith('.SH') or line.startswith('.SS'):
            here = line[4:].strip('"').split(', ')
        if heading and heading not in (here or []):
            is_tag = False
        elif line in ('.TP', '.TQ'):
            is_tag = True
        elif is_tag:
            is_tag = False
            for part in ' '.join(words_of(line)).split(', ') if line.startswith('.B') else []:
                if part:
                    yield part.split()[0]


def known():
    for line in sys.stdin:
        found = re.match(r'\S+: ([\w.\[\]]+): unknown key; known keys here are (.*)', line)
        if found:
            within = re.sub(r'\[\d+\]', '', found[1]).split('.')[:-1]
            for name in found[2].split(', '):
                yield '.'.join(within + [name])


def settings(path):
    """Comments, texts, names and marks of libconfig, in order; groups and lists make the path."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    tokens = re.findall(r'#[^\n]*|"(?:\\.|[^"\\])*"|[\w.+-]+|[\[{(=})\];,]', text)
    within, name, value = [], None, None
    for token in tokens:
        if token.startswith('#') or token == ',':
            continue
        if token == '=':
            name, value = value[-1], []
        elif token in '({' and len(token) == 1:
            within.append(name)
            name, value = None, None
        elif token in ')}' and len(token) == 1:
            within.pop()
        elif token == ';':
            if name and value:
                yield '.'.join(part for part in within if part) + ('.' if any(within) else '') + name, ' '.join(value)
            name, value = None, None
        elif value is None:
            value = [token]
        else:
            value.append(token)


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == 'examples':
        write_examples(*arguments)
        return
    rows = {'table': table, 'described': described, 'known': known, 'set': settings}[command](*arguments)
    for row in rows:
        print(row if isinstance(row, str) else '\t'.join(row))


if __name__ == '__main__':
    main()
