'use strict';
/* From values to what is shown: elements, names, times, sizes. Everything from outside becomes a text node. */

function byId(id) {
    return document.getElementById(id);
}

/** An element; `properties` that are attributes begin with "@". */
function element(tag, properties, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
        if (value === null || value === undefined)
            continue;
        if (name[0] === '@')
            made.setAttribute(name.slice(1), value);
        else
            made[name] = value;
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
    return made;
}

/* ---- names ---- */

/* control characters, and those that turn around or hide what follows */
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

/** What stands for such a character: its number, since few fonts have pictures of them. */
function picture(character) {
    return 'U+' + character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
}

/** Foreign text, in an element that keeps its direction to itself. */
function foreign(text, className) {
    const bdi = element('bdi', {className: className || ''});
    let plain = '';
    for (const character of String(text)) {
        if (!unseen.test(character)) {
            plain += character;
            continue;
        }
        bdi.append(plain, element('span', {className: 'control', title: 'an invisible character'}, picture(character)));
        plain = '';
    }
    bdi.append(plain);
    return bdi;
}

/** The same as a string, for labels. */
function spelled(text) {
    return [...String(text)].map((character) => unseen.test(character) ? picture(character) : character).join('');
}

function nameOf(path) {
    return path.slice(path.lastIndexOf('/') + 1);
}

function directoryOf(path) {
    return path.slice(0, path.lastIndexOf('/') + 1);
}

/* ---- numbers ---- */

const numbers = new Intl.NumberFormat('en');

function count(number) {
    return numbers.format(number);
}

/** "1 file", "3 files" */
function several(number, word) {
    return `${count(number)} ${word}${number === 1 ? '' : 's'}`;
}

function size(bytes) {
    const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
    let unit = 0;
    for (; bytes >= 1000 && unit < units.length - 1; unit++)
        bytes /= 1000;
    const digits = unit && bytes < 10 ? 1 : 0;
    return `${bytes.toFixed(digits)} ${unit === 0 && bytes === 1 ? 'byte' : units[unit]}`;
}

function duration(seconds) {
    if (seconds < 90)
        return `${Math.max(1, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/* ---- times, as the clock on the wall has them ---- */

const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit'});
const thisYear = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
const otherYear = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});
const exact = new Intl.DateTimeFormat('en-GB', {dateStyle: 'full', timeStyle: 'long'});
const toTheSecond = new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'medium'});
const dayName = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'long'});

function isSameDay(a, b) {
    return a.toDateString() === b.toDateString();
}

/** "14:03" today, "28 Nov, 14:03" this year, "28 Nov 2025" */
function shortTime(date) {
    const now = new Date();
    if (isSameDay(date, now))
        return clock.format(date);
    return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

/** A time of the agent's, which is RFC 3339. */
function time(text, format) {
    const date = new Date(text);
    return element('time', {dateTime: text, title: exact.format(date)}, format ? format.format(date) : shortTime(date));
}

/** A day as "2026-11-29", at noon of the local time: always that day. */
function dayOf(text) {
    return new Date(`${text}T12:00:00`);
}

/* ---- messages ---- */

const remedyMark = '; what to do: ';

/** Without what to do about it. */
function problemOf(text) {
    const at = text.lastIndexOf(remedyMark);
    return at < 0 ? text : text.slice(0, at);
}

/** A message of the agent's: the problem and, where somebody can do something about it, the remedy. */
function message(text) {
    const problem = problemOf(text);
    const remedy = text.slice(problem.length + remedyMark.length);
    return [element('p', {className: 'why'}, foreign(problem)),
        ...remedy ? [element('p', {className: 'remedy'}, element('b', null, 'What to do: '), foreign(remedy))] : []];
}

function leadLink(job) {
    const name = job.lead_name || job.lead_id;
    return element('a', {href: `https://app.close.com/lead/${encodeURIComponent(job.lead_id)}/`, target: '_blank',
        rel: 'noopener noreferrer'}, foreign(name), element('span', {className: 'unseen'}, ' in Close, in a new tab'));
}
