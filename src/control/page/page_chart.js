/* The last 30 days: a chart for each folder, filed above the line and failed below it, and a table of the same. */

const chartHeight = 100;
const barWidth = 10;
const barGap = 2;

function shape(tag, attributes, ...children) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, value);
    made.append(...children);
    return made;
}

function sum(values) {
    return values.reduce((all, one) => all + one, 0);
}

/** "1,204 filed, 3 failed" */
function outcomes(done, failed) {
    return `${count(done)} filed, ${count(failed)} failed`;
}

/** How high one file is, and where the line is, so that both sides fit; nothing is too little to be seen. */
function scaleOf(folder) {
    const most = Math.max(...folder.done);
    const mostFailed = Math.max(...folder.failed);
    const perFile = (chartHeight - 8) / Math.max(1, most + mostFailed);
    const heightOf = (files) => files ? Math.max(4, files * perFile) : 0;
    return {heightOf, line: chartHeight - 2 - heightOf(mostFailed)};
}

function bar(className, i, top, height) {
    return shape('rect', {class: className, x: i * barWidth + barGap / 2, y: top, width: barWidth - barGap, height});
}

function chart(folder, days) {
    const {heightOf, line} = scaleOf(folder);
    const svg = shape('svg', {viewBox: `0 0 ${days.length * barWidth} ${chartHeight}`, preserveAspectRatio: 'none', role: 'img',
        'aria-label': `${spelled(folder.name)}: ${outcomes(sum(folder.done), sum(folder.failed))} in ${days.length} days`});
    days.forEach((day, i) => {
        const filed = heightOf(folder.done[i]);
        svg.append(shape('g', {},
            shape('title', {}, `${dayName.format(dayOf(day))}: ${outcomes(folder.done[i], folder.failed[i])}`),
            bar('day', i, 0, chartHeight),
            bar('filed', i, line - filed, filed),
            bar('failed', i, line + 1, heightOf(folder.failed[i]))));
    });
    svg.append(shape('line', {class: 'line', x1: 0, x2: days.length * barWidth, y1: line + 0.5, y2: line + 0.5}));
    return svg;
}

function card(folder, days) {
    const caption = element('figcaption', null, element('b', null, folder.isAll ? folder.name : foreign(folder.name)),
        element('span', null, outcomes(sum(folder.done), sum(folder.failed))));
    const className = folder.isAll ? 'card whole' : 'card';
    if (sum(folder.done) + sum(folder.failed) === 0)
        return element('figure', {className}, caption);
    return element('figure', {className}, caption, chart(folder, days),
        element('p', {className: 'ends'}, element('span', null, dayName.format(dayOf(days[0]))),
            element('span', null, `most on a day: ${count(Math.max(...folder.done))}`),
            element('span', null, 'today')));
}

/** All folders together. */
function together(folders, days) {
    const all = (key) => days.map((day, i) => sum(folders.map((folder) => folder[key][i])));
    return {name: 'All folders', isAll: true, done: all('done'), failed: all('failed')};
}

function row(...cells) {
    return element('tr', null, ...cells);
}

function drawTable(table, {days, folders}) {
    const head = row(element('td'), ...folders.map((folder) => element('th', {scope: 'colgroup', colSpan: 2}, foreign(folder.name))));
    const words = row(element('th', {scope: 'col'}, 'Day'), ...folders.flatMap(() =>
        [element('th', {scope: 'col'}, 'filed'), element('th', {scope: 'col'}, 'failed')]));
    const body = days.map((day, i) => row(element('th', {scope: 'row'}, dayName.format(dayOf(day))),
        ...folders.flatMap((folder) => [element('td', null, count(folder.done[i])), element('td', null, count(folder.failed[i]))])));
    table.replaceChildren(element('caption', {className: 'unseen'}, 'Files filed and failed, by day and folder'),
        element('thead', null, head, words), element('tbody', null, ...body.reverse()));
}

/** The answer to /days. */
function drawDays(answer) {
    const {days, folders} = answer;
    const shown = folders.length > 1 ? [together(folders, days), ...folders] : folders;
    byId('charts').replaceChildren(...shown.map((folder) => card(folder, days)));
    drawTable(byId('days_table'), answer);
}
