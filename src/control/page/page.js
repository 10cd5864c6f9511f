/* The page: what each part shows of a status, and when the lists are asked for again. */

/* ---- what needs attention ---- */

function alertRow({word, text, button}) {
    return [element('p', {className: 'word'}, word), ...(typeof text === 'string' ? message(text) : text),
        button ? buttons(button) : null].filter(Boolean);
}

/** The most urgent first. */
function alertsOf(status) {
    const alerts = [];
    const add = (key, word, text, button) => alerts.push({key, word, text, button});
    if (status.paused)
        add('paused', 'Paused', 'Files are found and queued, but none is sent',
            orderButton('Resume', 'sending', '/resume', 'Files are sent again.'));
    if (status.blocked)
        add('blocked', 'Held up', status.blocked.message);
    for (const folder of status.folders.filter((one) => one.healthy === false && one.message))
        add(`away ${folder.name}`, `Folder ${spelled(folder.name)}`, folder.message);
    if (status.agent && status.agent.not_reloaded)
        add('not_reloaded', 'Configuration', status.agent.not_reloaded);
    for (const {what, message: why} of status.alerts ? status.alerts.failing : [])
        add(`not notified ${what}`, 'Not notified', `${what}: ${why}`);
    for (const gone of status.gone_folders)
        add(`gone ${gone.name}`, `Folder ${spelled(gone.name)}`, 'It is no longer in the configuration: '
            + `${several(gone.waiting, 'file')} waiting, ${count(gone.failed)} failed`);
    for (const gone of status.gone_rules)
        add(`gone rule ${gone.name}`, `Rule ${spelled(gone.name)}`,
            `It is no longer in the configuration: ${several(gone.waiting, 'file')} waiting`);
    if (status.not_put_away)
        add('stuck', 'Not moved yet', stuckText(status));
    return alerts;
}

function stuckText({not_put_away: files, first_not_put_away: first}) {
    const text = `${several(files, 'file')} still to be moved out of the folder`;
    return first && first.message ? `${text}; ${first.folder}/${first.path}: ${first.message}` : text;
}

const alertList = makeList('alerts', ({rows}) => {
    fill(rows, agent.status ? alertsOf(agent.status) : [], (alert) => alert.key, () => element('li', {className: 'alert'}),
        (made, alert) => {
            const now = JSON.stringify([alert.word, alert.text, agent.mayWrite]);
            if (made.dataset.was !== now)
                made.replaceChildren(...alertRow(alert));
            made.dataset.was = now;
        });
});

/* ---- what is in progress ---- */

const stageWords = {compare: 'comparing', resolve: 'looking for the lead', ticket: 'preparing the upload', send: 'uploading',
    present: 'checking the file', reconcile: 'looking for it in Close', duplicate: 'looking for duplicates',
    attach: 'filing', look: 'making sure that it was filed', renamed: 'following its new name', finish: 'moving the file'};

function makeTransfer(transfer) {
    return element('li', null, fileButton(transfer), element('progress', {max: 1, '@aria-label':
        `Progress of ${spelled(nameOf(transfer.path))}`}), element('p', {className: 'facts'}));
}

function updateTransfer(made, transfer) {
    const isSending = transfer.stage === 'send' && transfer.size > 0;
    const progress = made.querySelector('progress');
    const parts = [stageWords[transfer.stage] || transfer.stage,
        isSending ? `${size(transfer.sent)} of ${size(transfer.size)}` : size(transfer.size),
        isSending && transfer.speed ? `${size(transfer.speed)}/s` : '',
        isSending && transfer.seconds_left ? `about ${duration(transfer.seconds_left)} left` : ''];
    if (isSending)
        progress.value = Math.min(1, transfer.sent / transfer.size);
    else
        progress.removeAttribute('value');
    made.querySelector('.facts').replaceChildren(foreign(transfer.folder), ` · ${parts.filter(Boolean).join(' · ')}`);
}

const movingList = makeList('moving', ({rows}) => {
    fill(rows, agent.status ? agent.status.transfers || [] : [], (one) => one.id, makeTransfer, updateTransfer);
});

/** Bars grow in place even while their list is held. */
function updateMoving(status) {
    for (const made of movingList.rows.children) {
        const transfer = (status.transfers || []).find((one) => String(one.id) === made.dataset.key);
        if (transfer)
            updateTransfer(made, transfer);
    }
    refreshList(movingList);
}

/* ---- the lists of jobs ---- */

const heldList = makeJobList('held', () => ({held: 1}), heldRow);
const failedList = makeJobList('failed', () => ({state: 'failed'}), failedRow);
const waitingList = makeJobList('waiting', () => ({state: 'queued'}), waitingRow);
const uploadedList = makeJobList('uploaded', () => ({state: 'uploaded'}), waitingRow, (job) => !isHeldBack(job));
const drawHeldJobs = heldList.draw;
heldList.draw = (list) => {
    fill(byId('held_rules'), agent.status ? agent.status.held : [], (held) => held.rule,
        () => element('div', {className: 'group'}), (made, held) => {
            const now = JSON.stringify([held, agent.mayWrite]);
            if (made.dataset.was !== now)
                made.replaceChildren(...heldRule(held));
            made.dataset.was = now;
        });
    drawHeldJobs(list);
};
byId('retry_all').addEventListener('click', async () => {
    const question = 'Every failed file is tried again, except those that need your judgement: these stay on the list.';
    if (!await agree(['Retry all failed files?'], question, 'Retry all'))
        return;
    const answer = await attempt(() => ask('/retry', 'POST'));
    const left = answer ? Object.values(answer.left_out).reduce((all, one) => all + one, 0) : 0;
    if (answer)
        say(`${several(answer.retried, 'file')} tried again${left ? `; ${count(left)} left, which need your judgement` : ''}.`);
    reloadLists();
});

/* ---- folders ---- */

const waits = {settling: 'still being written', waiting_marker: 'waiting for a marker or a second file',
    waiting_incomplete: 'empty or truncated, may still grow', waiting_access: 'not readable yet'};

function healthOf(folder) {
    if (folder.healthy === undefined || (!folder.healthy && !folder.message))
        return ['starting', 'Starting'];
    if (!folder.healthy)
        return ['bad', 'Away'];
    return ['good', folder.watch === 'poll' ? 'Watched by looking again and again' : 'Watched'];
}

function lastOf(folder) {
    const last = folder.last_done;
    if (!last)
        return element('p', {className: 'facts'}, 'No file was filed yet.');
    return element('p', {className: 'facts'}, 'Last file ', time(last.done_at), ': ',
        element('button', {type: 'button', className: 'name', onclick: () => showJob(last.id)}, foreign(nameOf(last.path))),
        ...last.lead_id ? [' on ', leadLink(last)] : []);
}

function folderRow(folder) {
    const [className, word] = healthOf(folder);
    const lines = Object.entries(waits).filter(([key]) => folder[key]).map(([key, words]) => `${count(folder[key])} ${words}`);
    const longest = folder.waiting_longest;
    return [element('p', {className: 'word'}, foreign(folder.name), element('span', {className: `state ${className}`}, word)),
        element('p', {className: 'facts'}, foreign(folder.path)),
        element('p', null, `${count(folder.done_today)} filed today, ${count(folder.unfinished)} in progress or waiting, `
            + `${count(folder.failed)} failed`),
        lastOf(folder),
        lines.length ? element('p', {className: 'facts'}, lines.join(', ')) : null,
        longest ? element('p', {className: 'facts'}, 'longest: ', foreign(longest.path), ' since ', time(longest.since)) : null,
        ...[folder.message, folder.waits_for, folder.unreadable, folder.closed].filter(Boolean).flatMap(message)].filter(Boolean);
}

const folderList = makeList('folders', ({rows}) => {
    fill(rows, agent.status ? agent.status.folders : [], (folder) => folder.name, () => element('li', {className: 'card'}),
        (made, folder) => {
            const now = JSON.stringify(folder);
            if (made.dataset.was !== now)
                made.replaceChildren(...folderRow(folder));
            made.dataset.was = now;
        });
});

/* ---- the chart ---- */

const daysList = makeList('days', ({answer}) => answer && drawDays(answer));

async function loadDays() {
    daysList.loadedAt = Date.now();
    daysList.answer = await ask('/days?days=30');
    refreshList(daysList);
}

/* ---- all files, and the search ---- */

/** Local midnight of a date as it is typed, or of the day after it, in ms. */
function midnight(text, daysLater) {
    if (!text)
        return '';
    const day = dayOf(text);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + daysLater).getTime();
}

function searched() {
    const form = new FormData(byId('search'));
    const lead = /lead_[A-Za-z0-9]+/.exec(form.get('lead'));
    return {match: form.get('match').trim(), lead: lead ? lead[0] : form.get('lead').trim().slice(0, 150), state: form.get('state'),
        folder: form.get('folder'), since: midnight(form.get('since'), 0), until: midnight(form.get('until'), 1),
        all: form.get('all') ? 1 : ''};
}

const allList = makeJobList('all', searched, anyRow);

async function search() {
    allList.starts = [];
    if (await attempt(() => load(allList).then(() => true))) {
        drawList(allList);
        say(allList.jobs.length ? `${several(allList.jobs.length, 'file')} shown${allList.next ? ', and there are more' : ''}.`
            : 'There is no such file.');
    }
}

byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    search();
});
byId('search').addEventListener('reset', () => setTimeout(search));

function drawFolderChoices(folders) {
    const select = byId('search').elements.folder;
    const names = folders.map((folder) => folder.name);
    if (JSON.stringify(names) === select.dataset.was)
        return;
    const chosen = select.value;
    select.replaceChildren(element('option', {value: ''}, 'any'),
        ...names.map((name) => element('option', {value: name}, spelled(name))));
    select.value = names.includes(chosen) ? chosen : '';
    select.dataset.was = JSON.stringify(names);
}

/* ---- a new status ---- */

function summaryOf(status) {
    const bad = status.folders.filter((folder) => folder.healthy === false && folder.message).length;
    const watched = bad ? `${bad} of ${several(status.folders.length, 'folder')} cannot be watched`
        : `${several(status.folders.length, 'folder')} watched`;
    const jobs = status.jobs;
    return `${watched}. ${count(jobs.queued + jobs.uploading + jobs.uploaded + jobs.attaching)} in progress or waiting, `
        + `${count(jobs.failed)} failed, ${count(sum(status.folders.map((folder) => folder.done_today)))} filed today.`;
}

function heldEmails(status) {
    return sum(status.held.map((held) => held.emails));
}

function drawJumps(status) {
    const shown = {moving: (status.transfers || []).length, held: heldEmails(status), failed: status.jobs.failed,
        waiting: status.jobs.queued, folders: status.folders.length};
    for (const [id, number] of Object.entries(shown)) {
        const badge = document.querySelector(`#jumps a[href="#${id}"] b`);
        badge.textContent = number ? count(number) : '';
    }
}

function drawPause(status) {
    const button = byId('pause');
    button.hidden = !agent.mayWrite;
    button.textContent = status.paused ? 'Resume' : 'Pause';
}

byId('pause').addEventListener('click', async () => {
    const path = agent.status.paused ? '/resume' : '/pause';
    const status = await attempt(() => ask(path, 'POST'));
    if (!status)
        return;
    takeStatus(status);
    say(status.paused ? 'Paused: no new file is sent.' : 'Files are sent again.');
});

/** Only what somebody would want to be told, and once. */
function tellChanges(before, now) {
    const failed = now.jobs.failed - before.jobs.failed;
    const held = heldEmails(now) - heldEmails(before);
    const texts = [failed > 0 ? `${several(failed, 'more file')} failed.` : '',
        held > 0 ? `${several(held, 'more email')} waiting for your approval.` : '',
        now.blocked && !before.blocked ? 'closedrop is held up.' : '',
        !now.blocked && before.blocked ? 'closedrop is working again.' : ''].filter(Boolean);
    if (texts.length)
        say(texts.join(' '));
}

function followStatus(status) {
    const {queued, uploading, uploaded, attaching, done, failed} = status.jobs;
    follow(heldList, JSON.stringify(status.held));
    follow(failedList, `${failed}`);
    follow(waitingList, `${queued} ${uploading} ${status.paused} ${Boolean(status.blocked)}`);
    follow(uploadedList, `${uploaded} ${attaching}`);
    follow(allList, `${queued} ${uploading} ${uploaded} ${attaching} ${done} ${failed}`);
    if (!daysList.answer || (daysList.seen !== done + failed && Date.now() - daysList.loadedAt > 30000)) {
        daysList.seen = done + failed;
        attempt(loadDays);
    }
}

function takeStatus(status) {
    if (agent.status)
        tellChanges(agent.status, status);
    agent.status = status;
    agent.heardAt = new Date();
    byId('summary').textContent = summaryOf(status);
    byId('agent').textContent = status.agent ? `closedrop ${status.agent.version}, running since `
        + shortTime(new Date(status.agent.started_at)) : '';
    byId('retry_all').hidden = !agent.mayWrite || !status.jobs.failed;
    drawJumps(status);
    drawPause(status);
    drawFolderChoices(status.folders);
    refreshList(alertList);
    updateMoving(status);
    refreshList(folderList);
    followStatus(status);
}

/** After an order: at once, whatever the numbers say. No event tells of what was undone within a second. */
function reloadLists() {
    attempt(async () => takeStatus(await ask('/status')));
    for (const list of [heldList, failedList, waitingList, uploadedList, allList])
        attempt(() => load(list));
}

/* ---- with the agent, or without ---- */

function showLive(isLive) {
    byId('live').textContent = isLive ? (agent.mayWrite ? 'Live' : 'Live, to look at only') : 'Not connected';
    byId('live').classList.toggle('is_live', isLive);
}

function lock(why) {
    forgetToken();
    byId('parts').hidden = byId('jumps').hidden = byId('pause').hidden = byId('lost').hidden = true;
    byId('locked').hidden = false;
    byId('locked_why').textContent = why;
    byId('live').textContent = 'No access';
    byId('summary').textContent = '';
}

let countdown = null;

const link = {
    live() {
        clearInterval(countdown);
        const wasLost = !byId('lost').hidden;
        byId('lost').hidden = byId('locked').hidden = true;
        byId('parts').hidden = byId('jumps').hidden = false;
        showLive(true);
        if (wasLost) {
            say('Connected again.');
            reloadLists();
        }
    },
    status: takeStatus,
    lost(delay) {
        clearInterval(countdown);
        const until = Date.now() + delay;
        const what = agent.heardAt ? `No contact with closedrop. This is what was known at ${shortTime(agent.heardAt)}.`
            : 'No contact with closedrop.';
        const show = () => {
            const seconds = Math.max(1, Math.round((until - Date.now()) / 1000));
            byId('lost').querySelector('p').textContent = `${what} Trying again in ${seconds} s.`;
        };
        show();
        countdown = setInterval(show, 1000);
        if (byId('lost').hidden)
            say(what);
        byId('lost').hidden = false;
        showLive(false);
    },
    locked() {
        lock(agent.token ? 'The token in the address is not valid, or was replaced.' : 'The address that you opened has no token.');
    },
};

byId('lost').querySelector('button').addEventListener('click', tryNow);
window.addEventListener('hashchange', () => {
    const before = agent.token;
    takeToken();
    if (agent.token !== before)
        location.reload();
});
takeToken();
listen(link);
