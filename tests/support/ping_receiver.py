#!/usr/bin/python3
"""A receiver of pings for stories, with a clock of its own, as Healthchecks.io and Uptime Kuma are one.

    ping_receiver.py PINGS STATES PORT_FILE [--port N] [--period SECONDS] [--tls CERTIFICATE KEY]
                     [--status N | --body TEXT | --redirect URL | --hang | --drip | --flood]

Each ping is a line of JSON in PINGS: method, path, query, body. Each change is one in STATES: {"state": "up"}, or "down" with
why: what a failure said, or "no ping" when none has come for two periods. It is down on a POST to .../fail and on status=down.

--status and --body answer so; --redirect answers 302; --hang takes a ping and says nothing; --drip answers byte by
byte, and --flood as fast as it can, without an end.
"""
import argparse
import http.server
import json
import ssl
import threading
import time
import urllib.parse


class Check:
    """What is known of the one that pings."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.state = None
        self.last = time.monotonic()

    def note(self, state, why=None):
        with self.lock:
            if state == self.state:
                return
            self.state = state
            append(self.options.states, {'state': state, 'why': why})

    def take(self, is_well, why):
        self.last = time.monotonic()
        self.note('up' if is_well else 'down', why)

    def watch(self):
        while True:
            time.sleep(0.05)
            if self.state and time.monotonic() - self.last > 2 * self.options.period:
                self.note('down', 'no ping')


def append(file, what):
    with open(file, 'a', encoding='utf-8') as out:
        print(json.dumps(what), file=out)


def handler_of(options, check):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def take(self):
            url = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
            body = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
            append(options.pings, {'method': self.command, 'path': url.path, 'query': query, 'body': body,
                                   'type': self.headers.get('Content-Type'), 'agent': self.headers.get('User-Agent')})
            is_well = not url.path.endswith('/fail') and query.get('status', 'up') == 'up'
            check.take(is_well, None if is_well else body or query.get('msg'))
            self.answer()

        do_GET = do_POST = take

        def answer(self):
            if options.hang:
                threading.Event().wait()
            self.send_response(302 if options.redirect else options.status)
            if options.redirect:
                self.send_header('Location', options.redirect)
            if options.flood or options.drip:
                self.end_headers()
            while options.flood:
                self.wfile.write(b'x' * 65536)
            while options.drip:
                self.wfile.write(b'x' * 20)
                time.sleep(0.05)
            self.send_header('Content-Length', str(len(options.body)))
            self.end_headers()
            self.wfile.write(options.body.encode())

        def log_message(self, *_arguments):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser()
    for name in 'pings', 'states', 'port_file':
        parser.add_argument(name)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--period', type=float, default=1e9)
    parser.add_argument('--tls', nargs=2)
    parser.add_argument('--status', type=int, default=200)
    parser.add_argument('--body', default='OK')
    parser.add_argument('--redirect')
    parser.add_argument('--hang', action='store_true')
    parser.add_argument('--drip', action='store_true')
    parser.add_argument('--flood', action='store_true')
    options = parser.parse_args()
    check = Check(options)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', options.port), handler_of(options, check))
    server.daemon_threads = True
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=check.watch, daemon=True).start()
    append(options.port_file, server.server_port)
    server.serve_forever()


main()
