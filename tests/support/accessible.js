/* Our own list of what a page needs, where axe-core is not to be had; returns what is wrong. */
const found = [];
const all = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('.unseen'));
const path = (one) => `${one.tagName.toLowerCase()}${one.id ? `#${one.id}` : ''} "${one.textContent.trim().slice(0, 30)}"`;

/* ---- names ---- */

const nameOf_ = (one) => (one.getAttribute('aria-label') || one.textContent
    || [...one.labels || []].map((label) => label.textContent).join('')).trim();
for (const one of all.filter((each) => each.matches('button, a, input, select, summary, progress, svg[role=img], dialog')))
    if (!nameOf_(one) && !one.getAttribute('aria-labelledby'))
        found.push(`no name: ${path(one)}`);
for (const one of all.filter((each) => each.matches('img:not([alt])')))
    found.push(`no alternative: ${path(one)}`);
const ids = all.map((one) => one.id).filter(Boolean);
for (const id of ids.filter((one, i) => ids.indexOf(one) !== i))
    found.push(`twice: #${id}`);
if (!document.documentElement.lang || !document.title)
    found.push('no language or title');

/* ---- headings ---- */

let level = 0;
for (const one of all.filter((each) => each.matches('h1, h2, h3, h4'))) {
    if (Number(one.tagName[1]) > level + 1)
        found.push(`a level is left out: ${path(one)}`);
    level = Number(one.tagName[1]);
}

/* ---- targets of 24 px, but for links in a sentence ---- */

for (const one of all.filter((each) => each.matches('button, input, select, summary, nav a'))) {
    const {width, height} = one.getBoundingClientRect();
    if (width < 24 || height < 24)
        found.push(`too small, ${width} x ${height}: ${path(one)}`);
}

/* ---- contrast ---- */

const colourOf = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92
    : ((one + 0.055) / 1.055) ** 2.4).reduce((all_, one, i) => all_ + one * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (one) => {
    for (; one; one = one.parentElement) {
        const colour = colourOf(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] > 0)
            return colour;
    }
    return [255, 255, 255];
};
for (const one of all.filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))) {
    const lights = [luminance(colourOf(getComputedStyle(one).color)), luminance(behind(one))].sort((a, b) => b - a);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    if (ratio < 4.5)
        found.push(`contrast ${ratio.toFixed(1)}: ${path(one)}`);
}
return found;
