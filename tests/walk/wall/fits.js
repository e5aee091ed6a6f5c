// What does not fit on the page: a sentence for each fault.
const upright = arguments[0];
const faults = [];
const stage = document.querySelector(".stage");
const inside = stage.getBoundingClientRect();
const page = document.scrollingElement;
const viewport = new DOMRect(0, 0, innerWidth, innerHeight);
// A fraction of a pixel of the stage's own 1080 lines is rounded up in the widths of elements.
const hair = Math.max(1, inside.height / 1080);
const full = document.querySelector(".lost-full");
const banner = document.querySelector(".banner");
const foot = document.querySelector(".foot");

const told = element => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
const round = ({ left, top, right, bottom }) => [left, top, right, bottom].map(Math.round).join(" ");
const covered = element =>
    (full && !full.contains(element)) || (banner && !upright && foot.contains(element));
const seen = element => element.checkVisibility({ visibilityProperty: true }) && !covered(element);
const isOutside = ({ left, top, right, bottom }, of) =>
    left < of.left - 1 || top < of.top - 1 || of.right + 1 < right || of.bottom + 1 < bottom;

if (page.clientWidth < page.scrollWidth) faults.push(`scrolls sideways: ${page.scrollWidth} in ${page.clientWidth}`);
if (!upright && page.clientHeight < page.scrollHeight) {
    faults.push(`scrolls: ${page.scrollHeight} in ${page.clientHeight}`);
}

for (const element of stage.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const within = element.closest(".lost-full, .banner, .frame") ? viewport : inside;
    if (seen(element) && 0 < box.width && isOutside(box, within)) {
        faults.push(`${told(element)} lies outside of the stage: ${round(box)}`);
    }
    const text = element.closest("svg") ? 0 : element.clientWidth;
    if (seen(element) && 0 < text && text + hair < element.scrollWidth && element.innerText?.trim()) {
        faults.push(`${told(element)} is cut: "${element.innerText}" is ${element.scrollWidth} wide in ${text}`);
    }
}

const texts = [];
const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const node = walker.currentNode;
    const owner = node.parentElement;
    if (!node.data.trim() || !seen(owner)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    texts.push({ owner, words: node.data.trim(), box: range.getBoundingClientRect() });
}
const feed = document.querySelector(".feed").getBoundingClientRect();
const fact = name => parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
// 16 minutes of arc from the farthest seat, as a share of the height of the screen.
const letter = (0.373753 * fact("--wall-distance")) / fact("--wall-diagonal") / 0.686;
for (const { owner, words, box } of texts) {
    const drawn = owner.closest(".vsm");
    if (drawn && !upright && feed.left < box.right) faults.push(`"${words}" runs into the feed: ${round(box)}`);
    const size = parseFloat(getComputedStyle(owner).fontSize) * (drawn ? inside.height / 1080 : 1);
    if (!upright && size < 0.999 * letter * inside.height) faults.push(`"${words}" is only ${size} high`);
}

// Lines stand closer than their boxes are high, so only what shares nearly half its height is on one line.
const overlap = (a, b) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return 2 < wide && 0.4 * Math.min(a.height, b.height) < high;
};
texts.forEach((a, i) =>
    texts.slice(i + 1).filter(b => overlap(a.box, b.box)).forEach(b => faults.push(`"${a.words}" covers "${b.words}"`)));
return faults;
