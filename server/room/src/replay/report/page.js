'use strict';
// Zooming, sorting and choosing. Without it the page is whole: every trace, mark and number stands in it already.
{
const HEIGHT = 4000;
// Columns; closer there is nothing more to see.
const CLOSEST = 30;
const zone = document.body.dataset.zone;
const all = (query, within = document) => [...within.querySelectorAll(query)];
const made = (name, words, on) => { const it = document.createElement(name); it.textContent = words; if (on) it.addEventListener('click', on); return it; };
const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const said = at => clock.format(at).replace(/:00$/, '');
// The local clock as if it were that of UTC, so that round moments are whole numbers of it.
const local = at => Date.parse(clock.format(at).replace(' ', 'T') + 'Z');
const SECONDS = [1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 43200, 86400, 172800, 345600, 604800, 1209600, 2592000, 7776000, 31536000];

function number(value) {
  const size = Math.abs(value);
  if (size && (size < 1e-3 || 1e15 <= size)) return value.toExponential(1).replaceAll('-', '\u2212');
  const [power, suffix] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']].find(([power]) => 1e5 <= size && power <= size) ?? [1, ''];
  const scaled = size / power;
  const text = scaled % 1 ? scaled.toFixed(Math.min(5, Math.max(0, 2 - Math.floor(Math.log10(scaled))))) : String(scaled);
  return (value < 0 ? '\u2212' : '') + text.replace(/\B(?=(\d{3})+$)/, '\u202f') + suffix;
}

// The range of each column, from the path itself: up along the upper edge, back along the lower.
function columns(path) {
  const found = new Map();
  for (const run of path.getAttribute('d').split('M').slice(1)) {
    const numbers = run.replace('z', '').split(/[ l]/).map(Number);
    const spots = [[numbers[0], numbers[1]]];
    for (let k = 2; k + 1 < numbers.length; k += 2) {
      const [x, y] = spots.at(-1);
      spots.push([x + numbers[k], y + numbers[k + 1]]);
    }
    for (const [x, y] of spots) {
      const range = found.get(x);
      found.set(x, range ? [Math.min(range[0], y), Math.max(range[1], y)] : [y, y]);
    }
  }
  return found;
}

function times(from, to, most) {
  const step = 1000 * (SECONDS.find(step => (to - from) / 1000 / step < most) ?? SECONDS.at(-1) * Math.ceil((to - from) / 1000 / SECONDS.at(-1) / most));
  const ticks = [];
  for (let at = Math.ceil(local(from) / step) * step; at <= local(to); at += step) {
    const utc = from + (at - local(from));
    const text = clock.format(utc - (local(utc) - at));
    ticks.push([utc - (local(utc) - at), text.endsWith('00:00:00') ? text.slice(0, 10) : text.slice(11).replace(/:00$/, '')]);
  }
  return ticks;
}

function values(low, high, most) {
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map(round => round * power).find(step => least <= step);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

class Plot {
  constructor(figure) {
    this.figure = figure;
    const { span, origin, width, low, high } = Object.fromEntries(Object.entries(figure.dataset).map(([key, value]) => [key, Number(value)]));
    Object.assign(this, { span, origin, width, low, high });
    [this.trace, this.score] = all('.field > svg:not(.lamp)', figure);
    [this.lines, this.axis, this.field] = ['.trace .lines', '.axis', '.field.trace'].map(query => figure.querySelector(query));
    this.still = [this.lines.innerHTML, this.axis.innerHTML];
    [this.line, this.outer, this.points] = ['path.line', 'path.outer', 'path.score'].map(query => columns(figure.querySelector(query)));
    this.tools();
    this.listen();
    this.show(0, span);
  }

  tools() {
    const bar = made('div', '');
    bar.className = 'tools';
    const by = (share, scale) => () => { const wide = (this.to - this.from) * scale; const middle = (this.from + this.to) / 2 + share * (this.to - this.from); this.show(middle - wide / 2, middle + wide / 2); };
    const named = (words, label, on) => { const key = made('button', words, on); key.setAttribute('aria-label', label); key.title = label; return key; };
    this.whole = made('button', 'Whole series', () => this.show(0, this.span));
    bar.append(named('\u2212', 'farther', by(0, 2)), named('+', 'closer', by(0, .5)), named('\u2190', 'earlier', by(-.5, 1)), named('\u2192', 'later', by(.5, 1)), this.whole, made('span', 'or drag across the trace'));
    bar.lastChild.className = 'faint';
    this.figure.querySelector('figcaption').after(bar);
  }

  show(from, to) {
    const wide = Math.min(this.span, Math.max(to - from, Math.min(CLOSEST, this.span)));
    from = Math.min(Math.max(0, (from + to - wide) / 2), this.span - wide);
    [this.from, this.to] = [from, from + wide];
    this.figure.style.setProperty('--from', this.from);
    this.figure.style.setProperty('--to', this.to);
    const [top, bottom] = this.is_whole() ? [0, HEIGHT] : this.edges();
    this.trace.setAttribute('viewBox', `${this.from} ${top} ${wide} ${bottom - top}`);
    this.score.setAttribute('viewBox', `${this.from} 0 ${wide} ${HEIGHT}`);
    this.whole.disabled = this.is_whole();
    this.mark(top, bottom);
    this.thin();
  }

  // Lamps that would lie on each other leave their bars alone.
  thin() {
    const inside = mark => { const x = Number(mark.style.getPropertyValue('--x')); return this.from <= x && x <= this.to; };
    for (const lane of all('.lane', this.figure)) {
      const fits = all('.mark', lane).filter(inside).length * 15 < lane.clientWidth;
      lane.dataset.dense = fits ? '' : 'desk';
    }
  }

  is_whole() { return this.from === 0 && this.to === this.span; }

  value(y) { return this.high - (this.high - this.low) * y / HEIGHT; }

  // What is shown fills the height.
  edges() {
    let [top, bottom] = [HEIGHT, 0];
    for (const ranges of [this.line, this.outer]) for (const [x, [upper, lower]] of ranges) {
      if (this.from - 1 <= x && x <= this.to) [top, bottom] = [Math.min(top, upper), Math.max(bottom, lower)];
    }
    const air = Math.max(20, .05 * (bottom - top));
    return top < bottom ? [top - air, bottom + air] : [0, HEIGHT];
  }

  mark(top, bottom) {
    if (this.is_whole()) { [this.lines.innerHTML, this.axis.innerHTML] = this.still; return; }
    const tick = (name, at, words) => { const it = made('i', ''); it.style.setProperty(name, at); it.append(made('b', words)); return it; };
    const [low, high] = [this.value(bottom), this.value(top)];
    this.lines.replaceChildren(...values(low, high, 5).map(value => tick('--y', (high - value) / (high - low), number(value))));
    const at = x => this.origin + x * this.width;
    const ticks = times(at(this.from), at(this.to), 8).map(([moment, words]) => {
      const x = (moment - this.origin) / this.width;
      const [share, it] = [(x - this.from) / (this.to - this.from), tick('--x', x, words)];
      it.className = share < .05 ? 'first' : .95 < share ? 'last' : '';
      return it;
    });
    this.axis.replaceChildren(...ticks);
  }

  // The column under a pointer.
  column(event) {
    const box = this.field.getBoundingClientRect();
    return this.from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (this.to - this.from);
  }

  read(event) {
    const x = Math.floor(this.column(event));
    const words = [said(this.origin + x * this.width)];
    const told = ranges => { const range = ranges.get(x); if (!range) return; const [high, low] = range.map(y => number(this.value(y))); return low === high ? low : `${low} to ${high}`; };
    const [value, expected, score] = [told(this.line), told(this.outer), this.points.get(x)];
    words.push(value ?? 'no reading');
    if (expected) words.push(`expected ${expected}`);
    if (score) words.push(`score ${(1 - score[0] / HEIGHT).toFixed(2)}`);
    this.figure.querySelector('output').textContent = words.join(' \u00b7 ');
  }

  listen() {
    let start = null;
    const chosen = made('div', '');
    chosen.className = 'chosen';
    const end = () => { start = null; chosen.remove(); };
    this.field.addEventListener('pointerdown', event => { start = this.column(event); this.field.setPointerCapture(event.pointerId); this.field.append(chosen); chosen.style.width = 0; });
    this.field.addEventListener('pointermove', event => {
      this.read(event);
      if (start === null) return;
      const share = x => 100 * (x - this.from) / (this.to - this.from);
      const [left, right] = [start, this.column(event)].sort((a, b) => a - b).map(share);
      chosen.style.left = `${left}%`;
      chosen.style.width = `${right - left}%`;
    });
    this.field.addEventListener('pointerup', event => {
      const [from, to] = [start ?? 0, this.column(event)].sort((a, b) => a - b);
      if (start !== null && (this.to - this.from) / 100 < to - from) this.show(from, to);
      end();
    });
    this.field.addEventListener('pointercancel', end);
    this.field.addEventListener('dblclick', () => this.show(0, this.span));
  }

  // Shows one disturbance with what was before and after it.
  closer(mark) {
    const [x, wide] = ['--x', '--w'].map(name => Number(mark.style.getPropertyValue(name)));
    const room = Math.max(15, wide);
    this.show(x - room, x + wide + room);
  }
}

const plots = new WeakMap();
function plot(series) {
  const figure = series.querySelector('.plot');
  if (figure && !plots.has(figure)) plots.set(figure, new Plot(figure));
  return figure && plots.get(figure);
}

function choose(series, id) {
  const current = all('[aria-current]', series);
  current.forEach(it => it.removeAttribute('aria-current'));
  const [mark, row] = [series.querySelector(`.mark[href="#${id}"]`), document.getElementById(id)];
  [mark, row].forEach(it => it?.setAttribute('aria-current', 'true'));
  if (mark) plot(series).closer(mark);
  const [list, head] = [row.closest('.scroll'), row.closest('table').tHead];
  list.scrollTop = row.offsetTop - head.offsetHeight - list.clientHeight / 3;
}

for (const series of all('.series')) {
  series.addEventListener('toggle', () => { if (series.open) plot(series); });
  series.addEventListener('click', event => {
    const link = event.target.closest('.mark, .list a, .closeup a');
    if (!link) return;
    event.preventDefault();
    choose(series, link.getAttribute('href').slice(1));
    if (!link.matches('.mark')) series.querySelector('.plot').scrollIntoView({ block: 'nearest' });
  });
  if (series.open) plot(series);
}

function arrive() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const series = target && target.closest('.series');
  if (!series) return;
  series.open = true;
  if (target.matches('tr')) choose(series, target.id);
  series.scrollIntoView();
}
addEventListener('hashchange', arrive);
arrive();

for (const table of all('.sortable')) {
  all('th', table).forEach((head, place) => {
    const key = made('button', head.textContent, () => {
      const down = head.getAttribute('aria-sort') !== 'descending';
      all('th', table).forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const value = row => row.cells[place].dataset.v;
      const order = (a, b) => { const difference = Number(value(a)) - Number(value(b)); return Number.isNaN(difference) ? value(b).localeCompare(value(a)) : difference; };
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => down ? order(b, a) : order(a, b)));
    });
    head.replaceChildren(key);
  });
}

const table = document.getElementById('series');
if (8 < table.tBodies[0].rows.length) {
  const [bar, field] = [made('div', ''), made('input', '')];
  bar.className = 'tools';
  field.type = 'search';
  field.placeholder = 'part of a name';
  field.setAttribute('aria-label', 'Show the series whose name holds');
  field.addEventListener('input', () => {
    const part = field.value.toLowerCase();
    all('[data-name]').forEach(it => { it.hidden = !it.dataset.name.toLowerCase().includes(part); });
  });
  // Closing only: all of them open at once would be more than a browser draws.
  bar.append(field, made('button', 'Close all', () => all('.series[open]').forEach(series => { series.open = false; })));
  table.before(bar);
}
}
