/* Jobs: a row of each kind of list, all about one job, and what a person may do with it. */

/* what only a person may try again, by the error's code: to try it is to say that it is right (closedrop(1)) */
const judged = {
    already_filed: 'Its content was filed before. If you retry it, it is filed once more.',
    cut_off: 'It looks truncated. If you retry it, it is taken as it is.',
    empty: 'It is empty. If you retry it, it is taken as it is.',
    recalled: 'It was recalled. If you retry it, its email is sent without asking again.',
    unclear: 'It may be in Close already. Look at the lead first: if you retry it, it may be filed twice.',
    doubtful: 'It may be in Close already. Look at the lead first: if you retry it, it may be filed twice.',
};

const stateWords = {queued: 'waiting to be uploaded', uploading: 'being uploaded', uploaded: 'waiting to be filed',
    attaching: 'being filed', done: 'filed', failed: 'failed'};
const endedWords = {dropped: 'taken out of the folder', superseded: 'replaced by a newer version', forgotten: 'forgotten',
    discarded: 'deleted from Failed'};

/* ---- what is said, and asked ---- */

const newsMax = 3;
const newsLast = 10000; /* ms */

/** For a while, at the edge of the window, where it covers little; read out to those who listen to the page. */
function say(text) {
    const news = byId('news');
    const line = element('p', null, text);
    news.append(line);
    if (news.childElementCount > newsMax)
        news.firstChild.remove();
    setTimeout(() => line.remove(), newsLast);
}

/** Do it; if that does not work, say so. */
async function attempt(work) {
    try {
        return await work();
    } catch (error) {
        if (error instanceof NotAllowed)
            lock('The token is not valid any more, or was replaced.');
        else
            say(error.message);
        return null;
    }
}

/** Whether the person agrees. */
function agree(title, text, yes) {
    const dialog = byId('ask');
    byId('ask_title').replaceChildren(...title);
    byId('ask_text').textContent = text;
    dialog.querySelector('.main').textContent = yes;
    dialog.returnValue = 'no';
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), {once: true});
    });
}

/** POST, and what came of it beside the button. */
async function order(button, path, done) {
    const result = button.closest('.buttons').querySelector('.result');
    setUsable(button, false);
    result.textContent = 'One moment…';
    try {
        const answer = await ask(path, 'POST');
        result.textContent = typeof done === 'string' ? done : done(answer);
    } catch (error) {
        setUsable(button, true);
        result.textContent = error instanceof NotAllowed ? 'This token may only look.' : error.message;
    }
    say(result.textContent);
    reloadLists();
}

/**
 * A button that orders something of an agent that may be told; `question`, if there is one, is asked first.
 * Returns null for those who may only look.
 */
function orderButton(words, about, path, done, question) {
    if (!agent.mayWrite)
        return null;
    const button = element('button', {type: 'button', '@aria-label': `${words} ${about}`}, words);
    button.addEventListener('click', async () => {
        if (button.getAttribute('aria-disabled') === 'true')
            return;
        if (!question || await agree([`${words} `, foreign(about), '?'], question, words))
            await order(button, path, done);
    });
    return button;
}

function buttons(...made) {
    return element('div', {className: 'buttons'}, ...made, element('span', {className: 'result'}));
}

/* ---- rows ---- */

/** The name, which opens all about the job. */
function fileButton(job) {
    const directory = directoryOf(job.path);
    return element('p', {className: 'file'},
        element('button', {type: 'button', className: 'name', onclick: () => showJob(job.id)},
            directory ? foreign(directory, 'directory') : null, foreign(nameOf(job.path) || job.path)));
}

function facts(...made) {
    return element('p', {className: 'facts'}, ...made.filter(Boolean).flatMap((one, i) => i ? [' · ', one] : [one]));
}

function folderOf(job) {
    return job.folder === null ? 'uploaded by hand' : foreign(job.folder);
}

function failedRow(job) {
    const name = spelled(nameOf(job.path));
    const code = job.error ? job.error.code : '';
    const isByHand = job.folder === null;
    return [fileButton(job),
        facts(folderOf(job), size(job.size), element('span', null, 'failed ', time(job.failed_at || job.queued_at)),
            job.lead_id ? leadLink(job) : null),
        ...message(job.error ? job.error.message : 'No reason is known.'),
        buttons(
            isByHand ? null : orderButton('Retry', name, `/jobs/${job.id}/retry`, 'It is tried again.', judged[code]),
            orderButton('Forget', name, `/jobs/${job.id}/forget`, 'It is forgotten.',
                'It is taken off this list. The file itself stays where it is, and is not tried again.'))];
}

/** It has a list of its own. */
function isHeldBack(job) {
    return job.error !== null && job.error.code === 'held';
}

/** Why it is not its turn. */
function reasonOf(job) {
    const status = agent.status;
    if (job.error)
        return message(job.error.message);
    if (status && status.paused)
        return [element('p', {className: 'why'}, 'closedrop is paused.')];
    if (status && status.blocked)
        return [element('p', {className: 'why'}, 'closedrop is held up: see the top of the page.')];
    return [element('p', {className: 'why'}, job.state === 'uploaded' ? 'It waits for its group or for its turn.'
        : 'It waits for its turn.')];
}

function waitingRow(job) {
    return [fileButton(job),
        facts(folderOf(job), size(job.size), element('span', null, 'here since ', time(job.queued_at)),
            job.next_attempt_at ? element('span', null, 'next try ', time(job.next_attempt_at)) : null,
            job.lead_id ? leadLink(job) : null),
        ...reasonOf(job)];
}

const sends = 'The email is really sent, with all files of its group.';
const cancels = 'The email is not sent, and the files go to Failed.';

function heldRow(job) {
    const name = spelled(nameOf(job.path));
    return [fileButton(job),
        facts(folderOf(job), element('span', null, 'rule ', foreign(job.rule)), size(job.size),
            element('span', null, 'here since ', time(job.queued_at)), job.lead_id ? leadLink(job) : null),
        buttons(
            orderButton('Release', name, `/jobs/${job.id}/release`, 'It is sent.', sends),
            orderButton('Recall', name, `/jobs/${job.id}/recall`, 'It is not sent.', cancels))];
}

/** All that is held for one rule. */
function heldRule(held) {
    const emails = several(held.emails, 'email');
    const rule = encodeURIComponent(held.rule);
    return [element('p', null, element('b', null, emails), ' of the rule ', foreign(held.rule)),
        buttons(
            orderButton('Release all', `${emails} of ${spelled(held.rule)}`, `/release?rule=${rule}`, `${emails} released.`,
                `${emails} will really be sent, no faster than the limits in the configuration allow.`),
            orderButton('Recall all', `${emails} of ${spelled(held.rule)}`, `/recall?rule=${rule}`,
                (answer) => `${several(answer.files, 'file')} recalled${answer.more ? '; recall again for the rest.' : '.'}`,
                `${emails} will not be sent, and the files go to Failed.`))];
}

/** Of any state: what became of it. */
function anyRow(job) {
    const word = job.ended ? endedWords[job.ended] || job.ended : stateWords[job.state];
    const at = job.done_at || job.failed_at || job.queued_at;
    return [fileButton(job),
        facts(element('span', {className: `state ${job.ended ? 'ended' : job.state}`}, word), time(at), folderOf(job),
            size(job.size), job.lead_id ? leadLink(job) : null)];
}

/* ---- all about one job ---- */

/** Pairs of a word and a value; what has no value is left out. */
function about(pairs) {
    return element('dl', null, ...pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([word, value]) => element('div', null, element('dt', null, word), element('dd', null, value))));
}

const places = {gone: 'gone', replaced: 'replaced by a newer version', in_folder: 'in the folder', outside: 'uploaded by hand'};

function target(name, id) {
    return name ? element('span', null, foreign(name), ' (', foreign(id), ')') : foreign(id);
}

function jobDetails(job) {
    return [
        ...job.error ? message(job.error.message) : [],
        about([
            ['State', job.ended ? endedWords[job.ended] || job.ended : stateWords[job.state]],
            ['Folder', folderOf(job)],
            ['Path', foreign(job.path)],
            ['Queued as', job.queued_path && foreign(job.queued_path)],
            ['The file is now', job.place ? foreign(job.place) : places[job.file]],
            ['Size', size(job.size)],
            ['Type', job.content_type && foreign(job.content_type)],
            ['Rule', job.rule && foreign(job.rule)],
            ['Lead', job.lead_id && leadLink(job)],
            ['Contact', job.contact_id && target(job.contact_name, job.contact_id)],
            ['Template', job.template_id && target(job.template_name, job.template_id)],
            ['Filed as', job.activity && foreign(job.activity.replace('_', ' '))],
            ['Attempts', String(job.attempts)],
            ['Next try', job.next_attempt_at && time(job.next_attempt_at, toTheSecond)],
            ['Job', String(job.id)],
        ]),
        ...job.not_put_away ? [element('p', {className: 'why'}, 'The file could not be moved yet: ', foreign(job.not_put_away))] : [],
        element('h3', null, 'What happened'),
        element('ol', {className: 'history'}, ...job.history.map((step) => element('li', null,
            time(step.at, toTheSecond), ' ', element('b', null, foreign(step.state)), ' ', foreign(problemOf(step.why))))),
    ];
}

async function showJob(id) {
    const job = await attempt(() => ask(`/jobs/${id}`));
    if (!job)
        return;
    byId('job_title').replaceChildren(foreign(nameOf(job.path) || job.path));
    byId('job_body').replaceChildren(...jobDetails(job));
    byId('job').showModal();
    byId('job').scrollTop = 0;
}
