#!/usr/bin/python3
"""A mail server for stories (aiosmtpd): writes each mail as a line of JSON to FILE, its port to PORT_FILE.

    mail_server.py FILE PORT_FILE [--port N] [--say "550 no such user" | --hang | --slow SECONDS]
                   [--tls CERTIFICATE KEY --login USER PASSWORD]

--say answers every recipient so; --hang accepts connections and says nothing; --slow waits before it takes a mail;
--tls begins with TLS (smtps), and --login takes mail only after that login.
"""
import argparse
import asyncio
import email.policy
import json
import socket
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, options):
        self.options = options

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.options.say:
            return self.options.say
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, _server, session, envelope):
        await asyncio.sleep(self.options.slow)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with open(self.options.file, 'a', encoding='utf-8') as out:
            print(json.dumps({
                'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'subject': mail['Subject'],
                'id': mail['Message-ID'], 'reply_to': mail['In-Reply-To'], 'type': mail.get_content_type(),
                'headers': sorted(mail.keys()), 'defects': [str(defect) for defect in mail.defects],
                'text': mail.get_content()}), file=out)
        return '250 OK'


class Silent(asyncio.Protocol):
    """Never says a word."""


async def serve(options):
    loop = asyncio.get_running_loop()
    listener = socket.create_server(('127.0.0.1', options.port))
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)

    def is_user(_server, _session, _envelope, _mechanism, data):
        return AuthResult(
            success=[data.login.decode(), data.password.decode()] == options.login, handled=False)

    def make():
        return Silent() if options.hang else SMTP(
            Handler(options), auth_required=bool(options.login), auth_require_tls=False, authenticator=is_user)
    server = await loop.create_server(make, sock=listener, ssl=context)
    with open(options.port_file, 'w', encoding='utf-8') as out:
        print(listener.getsockname()[1], file=out)
    async with server:
        await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('file')
    parser.add_argument('port_file')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--say')
    parser.add_argument('--tls', nargs=2)
    parser.add_argument('--login', nargs=2)
    parser.add_argument('--hang', action='store_true')
    parser.add_argument('--slow', type=float, default=0)
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)


main()
