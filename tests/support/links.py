#!/usr/bin/env python3
"""Links of Markdown pages that lead nowhere: to a file that is not there, or to a heading that its page does not have.

    links.py PAGE...      prints them, one a line, as PAGE: TARGET, and how many links it has followed
"""
import os
import re
import sys


def text_of(page):
    """Without examples, in which # begins a comment."""
    with open(page, encoding='utf-8') as file:
        return re.sub(r'^```.*?^```', '', file.read(), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """The headings as GitHub names them."""
    for heading in re.findall(r'^#+ (.*)', text_of(page), re.MULTILINE):
        yield re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-')


def leads_somewhere(page, target):
    path, _, anchor = target.partition('#')
    path = os.path.join(os.path.dirname(page), path) if path else page
    return os.path.exists(path) and (not anchor or anchor in anchors(path))


def main():
    followed = 0
    for page in sys.argv[1:]:
        for target in re.findall(r'\]\(([^)\s]+)\)', text_of(page)):
            if re.match(r'\w+:', target):
                continue
            followed += 1
            if not leads_somewhere(page, target):
                print(f'{page}: {target}')
    print(followed, file=sys.stderr)


if __name__ == '__main__':
    main()
