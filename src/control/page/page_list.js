/*
 * Lists whose rows keep their place while a pointer or the focus is inside, or below: what has changed is shown
 * afterwards, or by the button that then appears.
 */

const lists = []; /* as they follow each other on the page */
const restMax = 60000; /* ms */

/** A list in a section: `draw` shows what is known now. */
function makeList(id, draw) {
    const section = byId(id);
    const list = {id, section, draw, isInside: false, isLate: false, rest: null,
        rows: section.querySelector('.rows'), empty: section.querySelector('.empty'),
        fresh: element('button', {type: 'button', className: 'fresh', hidden: true}, 'Show changes')};
    const top = section.querySelector('.top');
    if (top)
        top.append(list.fresh);
    list.fresh.addEventListener('click', () => {
        section.querySelector('h2').focus({preventScroll: true});
        list.fresh.hidden = true;
        lists.filter((one) => one.isLate).forEach(drawList);
    });
    section.addEventListener('pointermove', () => enter(list));
    for (const event of ['pointerleave', 'focusin', 'focusout'])
        section.addEventListener(event, () => setTimeout(() => setInside(list, isEntered(section))));
    lists.push(list);
    lists.sort((a, b) => (a.section.compareDocumentPosition(b.section) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    return list;
}

/** A pointer that rests is still there, but not for ever: a page that nobody uses shows what is new. */
function enter(list) {
    clearTimeout(list.rest);
    list.rest = setTimeout(() => setInside(list, false), restMax);
    list.isInside = true;
}

function setInside(list, isInside) {
    list.isInside = isInside;
    list.fresh.hidden = list.fresh.hidden || !isInside;
    lists.filter((one) => one.isLate && !isHeld(one)).forEach(drawList);
}

/** By the keyboard, or by a mouse; a finger is gone after it has touched. */
function isEntered(section) {
    return Boolean(section.querySelector(':focus-visible:not(form *)'))
        || (matchMedia('(hover: hover)').matches && section.matches(':hover'));
}

/** What is above may not grow or shrink either. */
function isHeld(list) {
    return lists.slice(lists.indexOf(list)).some((one) => one.isInside);
}

function drawList(list) {
    list.isLate = false;
    list.draw(list);
    if (list.empty)
        list.empty.hidden = list.rows.childElementCount > 0;
}

/** Show what has changed, now or as soon as nothing can move under a pointer. */
function refreshList(list) {
    if (!isHeld(list))
        return drawList(list);
    list.isLate = true;
    lists.filter((one) => one.isInside).forEach((one) => { one.fresh.hidden = false; });
}

/** One row for each item, by its key: rows that stay are the same elements, and keep the focus. */
function fill(parent, items, keyOf, make, update) {
    const old = new Map([...parent.children].map((row) => [row.dataset.key, row]));
    items.forEach((item, i) => {
        const key = String(keyOf(item));
        const row = old.get(key) || make(item);
        old.delete(key);
        row.dataset.key = key;
        update(row, item);
        if (parent.children[i] !== row)
            parent.insertBefore(row, parent.children[i] || null);
    });
    old.forEach((row) => row.remove());
}

/* ---- lists of jobs, a page at a time ---- */

const pageSize = 10;
const reloadEvery = 5000; /* ms, at most, for what changes all the time */

/** `parameters()` of /jobs; `make` a row of a job that is to be kept. */
function makeJobList(id, parameters, make, keep = () => true) {
    const list = makeList(id, drawJobs);
    Object.assign(list, {parameters, make, keep, jobs: [], starts: [], next: null, loadedAt: 0, timer: null, seen: ''});
    list.newer = element('button', {type: 'button', onclick: () => turn(list, -1)}, 'Newer');
    list.older = element('button', {type: 'button', onclick: () => turn(list, 1)}, 'Older');
    list.place = element('span', {className: 'place'});
    list.pager = element('div', {className: 'pager', hidden: true}, list.newer, list.place, list.older);
    list.section.append(list.pager);
    return list;
}

function drawJobs(list) {
    fill(list.rows, list.jobs, (job) => job.id, () => element('li'), (row, job) => {
        const now = JSON.stringify(job);
        if (row.dataset.was !== now)
            row.replaceChildren(...list.make(job, list));
        row.dataset.was = now;
    });
    drawPager(list);
}

/** The page that is shown, again; returns when it is there. */
async function load(list) {
    clearTimeout(list.timer);
    list.timer = null;
    list.loadedAt = Date.now();
    const start = list.starts.at(-1);
    const asked = list.asked = {};
    const answer = await ask(`/jobs${query({...list.parameters(), limit: pageSize, at: start && start.at,
        below: start && start.below})}`);
    if (asked !== list.asked)
        return; /* another page was asked for meanwhile */
    list.jobs = answer.jobs.filter(list.keep);
    list.next = answer.next;
    refreshList(list);
}

function drawPager(list) {
    const isFirst = list.starts.length === 0;
    list.pager.hidden = isFirst && !list.next;
    setUsable(list.newer, !isFirst);
    setUsable(list.older, Boolean(list.next));
    list.place.textContent = `Page ${list.starts.length + 1}`;
}

/** A button that keeps the focus even if it cannot be used now. */
function setUsable(button, isUsable) {
    if (isUsable)
        button.removeAttribute('aria-disabled');
    else
        button.setAttribute('aria-disabled', 'true');
}

async function turn(list, step) {
    const button = step > 0 ? list.older : list.newer;
    if (button.getAttribute('aria-disabled') === 'true')
        return;
    if (step > 0)
        list.starts.push(list.next);
    else
        list.starts.pop();
    await attempt(() => load(list));
    drawList(list); /* a person asked for it */
    say(`Page ${list.starts.length + 1}`);
    list.section.querySelector('h2').scrollIntoView({block: 'nearest'});
}

/** Load it again if `seen`, which stands for what it shows, is not as it was; not all the time. */
function follow(list, seen) {
    if (seen === list.seen)
        return;
    list.seen = seen;
    if (!list.timer)
        list.timer = setTimeout(() => attempt(() => load(list)), Math.max(0, list.loadedAt + reloadEvery - Date.now()));
}
