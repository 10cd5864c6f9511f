/* The way to the agent: the token, questions, and the stream of events with back-off. */

const silence = 40000; /* ms: the agent says something every 15 s */
const backoffFirst = 1000;
const backoffMax = 30000;

const agent = {
    token: '',
    mayWrite: false,
    status: null, /* the last one */
    heardAt: null, /* when */
};

class NotAllowed extends Error {}

/* ---- the token ---- */

/** From the address bar, which does not keep it; else what this tab remembers. */
function takeToken() {
    const hash = location.hash.slice(1);
    const given = byId(hash) ? '' : hash;
    try {
        if (given) {
            sessionStorage.setItem('token', given);
            history.replaceState(null, '', location.pathname + location.search);
        }
        agent.token = sessionStorage.getItem('token') || '';
    } catch {
        agent.token = given || agent.token; /* this browser remembers nothing */
    }
}

function forgetToken() {
    agent.token = '';
    try {
        sessionStorage.removeItem('token');
    } catch { /* nothing was remembered */ }
}

/* ---- questions ---- */

async function request(path, options) {
    const headers = agent.token ? {Authorization: `Bearer ${agent.token}`} : {};
    const response = await fetch(`api${path}`, {cache: 'no-store', redirect: 'error', headers, ...options});
    if (response.status === 401)
        throw new NotAllowed();
    return response;
}

/** The answer; an Error says what the agent said. */
async function ask(path, method = 'GET') {
    const response = await request(path, {method});
    const body = await response.json().catch(() => ({}));
    if (!response.ok)
        throw new Error(body.error || `The agent answered ${response.status}.`);
    return body;
}

/** "?a=1&b=2" of what is set */
function query(parameters) {
    const set = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
    return set.length ? `?${new URLSearchParams(set)}` : '';
}

/* ---- events ---- */

let listening = null; /* AbortController of the stream */
let retryNow = null; /* ends the wait for the next try */

/** {event, data} of one block of lines; data is '' for a comment. */
function parseEvent(block) {
    const parsed = {event: 'message', data: ''};
    for (const line of block.split('\n')) {
        const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) || [];
        if (name === 'event')
            parsed.event = value;
        if (name === 'data')
            parsed.data += value;
    }
    return parsed;
}

/** Returns when the stream ends. */
async function readEvents(reader, take) {
    let rest = '';
    for (;;) {
        const deadline = setTimeout(() => listening.abort(), silence);
        const {value, done} = await reader.read().finally(() => clearTimeout(deadline));
        if (done)
            return;
        rest = (rest + value).replaceAll('\r\n', '\n');
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
            take(parseEvent(rest.slice(0, end)));
            rest = rest.slice(end + 2);
        }
    }
}

async function streamOnce(on) {
    listening = new AbortController();
    const response = await request('/events', {signal: listening.signal});
    if (!response.ok)
        throw new Error(`The agent answered ${response.status}.`);
    agent.mayWrite = (await ask('/who')).may_write;
    on.live();
    await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader(), ({event, data}) => {
        if (event === 'status' && data)
            on.status(JSON.parse(data));
    });
}

function wait(ms) {
    return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        retryNow = () => {
            clearTimeout(timer);
            resolve();
        };
    });
}

/** A page that nobody looks at asks nothing. */
async function whileVisible() {
    while (document.hidden)
        await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, {once: true}));
}

/** Calls on.live(), on.status(status), on.lost(ms until the next try); ends with on.locked(). */
async function listen(on) {
    for (let failures = 0;; failures++) {
        await whileVisible();
        try {
            await streamOnce({...on, live() {
                failures = -1;
                on.live();
            }});
        } catch (error) {
            if (error instanceof NotAllowed)
                return on.locked();
        }
        if (document.hidden)
            continue;
        const delay = Math.min(backoffMax, backoffFirst * 2 ** Math.max(0, failures)) * (0.75 + Math.random() / 2);
        on.lost(delay);
        await wait(delay);
    }
}

function tryNow() {
    if (retryNow)
        retryNow();
}

document.addEventListener('visibilitychange', () => {
    if (document.hidden && listening)
        listening.abort();
    else
        tryNow();
});
window.addEventListener('online', tryNow);
