'use strict';
(() => {
  const all = [...document.querySelectorAll('.pair')];
  const form = document.querySelector('.tools');
  if (!form) return;
  const kind = document.getElementById('kind');
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  const modes = [...document.querySelectorAll('[data-mode]')];
  let mode = 'side', current = null, timer = null;
  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  for (const element of document.querySelectorAll('.choose')) element.hidden = false;
  document.querySelector('.collected').hidden = false;

  const shown = () => all.filter(pair => !pair.hidden);
  const filter = () => {
    const wanted = search.value.toLowerCase();
    for (const pair of all) {
      const matches = (!kind.value || pair.dataset.kind === kind.value)
        && pair.textContent.toLowerCase().includes(wanted);
      pair.hidden = !matches;
    }
    const left = shown();
    count.textContent = `${left.length} of ${all.length} shown`;
    if (current && current.hidden) select(left[0] || null, false);
  };

  const side = (pair, at) => {
    const svg = pair.querySelectorAll('figure .picture')[at];
    if (!svg) return null;
    const use = svg.querySelector('use');
    const image = document.querySelector(use.getAttribute('href') + ' image');
    const outline = svg.querySelector('.outline');
    const box = svg.viewBox.baseVal;
    const number = name => Number(outline.getAttribute(name));
    return {
      data: image.getAttribute('href'),
      matrix: use.parentNode.getAttribute('transform').match(/-?\d+/g).map(Number),
      size: [Number(use.getAttribute('width')), Number(use.getAttribute('height'))],
      area: outline ? ['x', 'y', 'width', 'height'].map(number) : [0, 0, box.width, box.height],
    };
  };
  const load = data => new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = data;
  });
  // One picture drawn so that its shared area fills the canvas.
  const draw = (context, image, of, width, height) => {
    const [x, y, w, h] = of.area;
    context.save();
    context.scale(width / w, height / h);
    context.translate(-x, -y);
    context.transform(...of.matrix);
    context.drawImage(image, 0, 0, of.size[0], of.size[1]);
    context.restore();
  };
  const restore = pair => {
    clearInterval(timer);
    timer = null;
    const old = pair && pair.querySelector('.comparison');
    if (old) old.remove();
    if (pair) pair.querySelector('.sides').hidden = false;
  };
  const compare = async pair => {
    restore(pair);
    const [one, other] = [side(pair, 0), side(pair, 1)];
    if (mode === 'side' || !one || !other) return;
    const images = await Promise.all([load(one.data), load(other.data)]);
    if (pair !== current || mode === 'side') return;
    restore(pair);
    const width = 480, height = Math.max(40, Math.round(width * other.area[3] / other.area[2]));
    const box = document.createElement('div');
    box.className = 'comparison';
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height, className: 'compare' });
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `${mode} of the two pictures, laid on each other`);
    box.append(canvas);
    const context = canvas.getContext('2d');
    let share = 0.5, first = true;
    const paint = () => {
      context.globalCompositeOperation = 'source-over';
      context.clearRect(0, 0, width, height);
      draw(context, images[1], other, width, height);
      if (mode === 'blink' && !first) return;
      context.save();
      if (mode === 'swipe') {
        context.beginPath();
        context.rect(0, 0, width * share, height);
        context.clip();
      }
      if (mode === 'difference') context.globalCompositeOperation = 'difference';
      draw(context, images[0], one, width, height);
      context.restore();
    };
    if (mode === 'swipe') {
      const slider = document.createElement('input');
      Object.assign(slider, { type: 'range', min: 0, max: 100, value: 50 });
      slider.setAttribute('aria-label', 'how much of the evaluation image is shown');
      slider.addEventListener('input', () => { share = slider.value / 100; paint(); });
      box.append(slider);
    }
    pair.querySelector('.sides').before(box);
    if (mode === 'blink') {
      canvas.dataset.side = 'evaluation';
      timer = setInterval(() => {
        first = !first;
        canvas.dataset.side = first ? 'evaluation' : 'training';
        paint();
      }, 600);
    }
    paint();
  };
  const select = (pair, focus = true) => {
    if (current) {
      restore(current);
      current.classList.remove('current');
    }
    current = pair;
    if (!pair) return;
    pair.classList.add('current');
    if (focus) pair.focus();
    compare(pair);
  };
  const setMode = wanted => {
    mode = wanted;
    for (const button of modes) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    if (!current) select(shown()[0] || null);
    else compare(current);
  };
  const move = by => {
    const left = shown();
    const at = left.indexOf(current);
    const next = at < 0 ? 0 : Math.min(left.length - 1, Math.max(0, at + by));
    select(left[next] || null);
  };

  const collect = () => {
    const path = pair => pair.querySelector('.path').textContent;
    const boxes = name => all.filter(pair => pair.querySelector(name).checked);
    document.getElementById('dropped').value = [...new Set(boxes('.drop').map(path))].join('\n');
    // JSON strings are strings of TOML; characters that patterns know are escaped by brackets.
    const literal = text => JSON.stringify(text.replace(/[*?[\]{}!]/g, '[$&]'));
    document.getElementById('accepted').value = boxes('.accept').map(pair =>
      `[[suppress]]\ncode = "${pair.dataset.code}"\npath = ${literal(path(pair))}\nreason = "seen and accepted"`).join('\n\n');
  };
  for (const box of document.querySelectorAll('.drop, .accept')) box.addEventListener('change', collect);
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.addEventListener('click', async () => {
      const text = document.getElementById(button.dataset.copy);
      text.select();
      try { await navigator.clipboard.writeText(text.value); } catch { document.execCommand('copy'); }
    });
  }
  for (const button of modes) button.addEventListener('click', () => setMode(button.dataset.mode));
  for (const button of document.querySelectorAll('[data-move]')) button.addEventListener('click', () => move(Number(button.dataset.move)));
  for (const button of document.querySelectorAll('.kind')) {
    button.addEventListener('click', () => {
      kind.value = button.dataset.kind;
      filter();
      document.getElementById('pairs').scrollIntoView();
    });
  }
  for (const pair of all) pair.addEventListener('click', event => { if (!event.target.closest('input, label, button')) select(pair, false); });
  kind.addEventListener('change', filter);
  search.addEventListener('input', filter);
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('input, textarea, select')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const keys = { j: () => move(1), k: () => move(-1), s: () => setMode('side'), b: () => setMode('blink'), w: () => setMode('swipe'), d: () => setMode('difference'), '/': () => search.focus() };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  filter();
})();
