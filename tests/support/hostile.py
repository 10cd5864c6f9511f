#!/usr/bin/env python3
"""Clients that want to hurt an HTTP server: hostile.py WAY PORT TOKEN

Each way does its worst to 127.0.0.1:PORT and ends with status 0 if the server bore it as it should; else it says what it did.
"""
import resource
import select
import socket
import sys
import time

PATIENCE = 8  # seconds, by which the server must have closed what is too slow


def connect(port):
    return socket.create_connection(('127.0.0.1', port), timeout=PATIENCE)


def head(port, token, path='/api/status', method='GET', more=''):
    shown = f'Authorization: Bearer {token}\r\n' if token else ''
    return f'{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{shown}{more}\r\n'.encode()


def answer(sock):
    """The status that is answered; 0 if the connection is closed without one."""
    data = b''
    try:
        while b'\r\n' not in data:
            part = sock.recv(4096)
            if not part:
                break
            data += part
    except OSError:
        pass
    return int(data.split()[1]) if data.startswith(b'HTTP/1.') else 0


def send(sock, data):
    try:
        sock.sendall(data)
        return True
    except OSError:
        return False


def ask(port, data):
    with connect(port) as sock:
        send(sock, data)
        return answer(sock)


def connections(port, token):
    """As many as this machine lets us have, up to 10,000, that say nothing."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = min(10100, hard if hard != resource.RLIM_INFINITY else 10100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    socks = []
    for _ in range(most - 100):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(('127.0.0.1', port))
        socks.append(sock)
    print(len(socks), 'connections', flush=True)
    time.sleep(2)  # while the story goes on working
    for sock in socks:
        sock.close()
    deadline = time.time() + PATIENCE
    while time.time() < deadline:
        if ask(port, head(port, token)) == 200:
            return True
    return False


def slow(port, token):
    """One byte now and then: in the head, in the body, and of the answer; and nothing at all."""
    body = head(port, token, '/api/pause', 'POST', 'Content-Length: 4000\r\n')
    ways = {'head': (head(port, token)[:40], b'a'), 'body': (body, b'a'), 'idle': (b'', b''), 'kept': (head(port, token), b'')}
    socks = {name: connect(port) for name in ways}
    for name, (first, _) in ways.items():
        send(socks[name], first)
    start, open_ = time.time(), set(ways)
    while open_ and time.time() - start < PATIENCE:
        time.sleep(0.2)
        for name in sorted(open_):
            send(socks[name], ways[name][1])
        for sock in select.select([socks[name] for name in open_], [], [], 0)[0]:
            name = next(name for name in open_ if socks[name] is sock)
            try:
                gone = not sock.recv(65536)
            except OSError:
                gone = True
            if gone:
                open_.discard(name)
    print('still open:', open_)
    return not open_


def bodies(port, token):
    """1 GiB: announced, in chunks, and more than was announced."""
    huge = head(port, token, '/api/pause', 'POST', f'Content-Length: {1 << 30}\r\n')
    chunked = head(port, token, '/api/pause', 'POST', 'Transfer-Encoding: chunked\r\n')
    statuses = []
    for first in (huge, chunked):
        with connect(port) as sock:
            send(sock, first)
            sent = 0
            while sent < 1 << 30 and not select.select([sock], [], [], 0)[0] and send(sock, b'x' * 65536):
                sent += 65536
            statuses.append((answer(sock), sent))
    print(statuses)
    return all(status in (413, 0) and sent < 64 << 20 for status, sent in statuses) and \
        ask(port, head(port, token, '/api/pause', 'POST', f'Content-Length: {1 << 30}\r\n')) == 413


def paths(port, token):
    """No path leads to a file, or around what a path needs."""
    wrong = {}
    for path in ('/../../../../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/token', '//api/status', '/page.css/../token', '/token',
                 '/api/../api/status', '/api//status', '/api/status/', '/api/jobs/-1', '/api/jobs/1e3', '/api',
                 '/api/jobs/99999999999999999999', '/api/uploads', '/api/filings', '/API/status', '/api/%73tatus/x', '/.', '/page'):
        status = ask(port, head(port, token, path))
        if status not in (400, 404):
            wrong[path] = status
        if path.startswith('/api/') and ask(port, head(port, None, path)) not in (400, 401, 404):
            wrong[path + ' without a token'] = status
    for name, data in {
            'long path': head(port, token, '/' + 'a' * 100000), 'many headers': head(port, token, more='A: b\r\n' * 20000),
            'no host': b'GET /api/status HTTP/1.0\r\n\r\n', 'not HTTP': b'\x16\x03\x01\x02\x00\x01' * 50 + b'\r\n\r\n',
            'odd method': head(port, token, method='DELETE'), 'a NUL': head(port, token, more='X: a\0b\r\n'),
            'another host': head(port, token).replace(b'Host: ', b'Host: evil.example:80\r\nX-Host: '),
    }.items():
        status = ask(port, data)
        if 200 <= status < 300 and name != 'a NUL':
            wrong[name] = status
    print(wrong)
    return not wrong


def streams(port, token):
    """Event streams that are half closed, and never read."""
    socks = []
    for number in range(100):
        sock = connect(port)
        send(sock, head(port, token, '/api/events'))
        if number % 2:
            sock.shutdown(socket.SHUT_WR)
        socks.append(sock)
        if answer(sock) != 200:
            print('refused after', number)
            return False
    open_ = 0
    time.sleep(1)
    for sock in socks:
        sock.setblocking(False)
        try:
            while sock.recv(65536):
                pass
        except BlockingIOError:
            open_ += 1
        except OSError:
            pass
    print(open_, 'streams are open')
    return open_ <= 16 and ask(port, head(port, token)) == 200


if __name__ == '__main__':
    sys.exit(0 if globals()[sys.argv[1]](int(sys.argv[2]), sys.argv[3]) else 1)
