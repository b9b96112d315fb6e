// What a linter of accessibility looks at first; gives a list of complaints.
() => {
  const bad = [];
  const seen = new Set();
  for (const node of document.querySelectorAll('[id]')) {
    if (seen.has(node.id)) bad.push(`double id ${node.id}`);
    seen.add(node.id);
  }
  const isShown = (n) => n.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const nameOf = (n) => (n.getAttribute('aria-label')
    || (n.getAttribute('aria-labelledby') && document.getElementById(n.getAttribute('aria-labelledby'))?.textContent)
    || (n.labels && [...n.labels].map((l) => l.textContent).join(' ')) || n.textContent || '').trim();
  for (const node of document.querySelectorAll('button, a[href], input, textarea, select, [role=region], dialog')) {
    if (isShown(node) && !nameOf(node)) bad.push(`nameless ${node.outerHTML.slice(0, 80)}`);
  }
  for (const node of document.querySelectorAll('img')) if (!node.hasAttribute('alt')) bad.push('img without alt');
  for (const node of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
    for (const id of `${node.getAttribute('aria-labelledby') ?? ''} ${node.getAttribute('aria-describedby') ?? ''}`.split(' ')) {
      if (id && !document.getElementById(id)) bad.push(`points at nothing: ${id}`);
    }
  }
  const regions = [...document.querySelectorAll('section[aria-labelledby], [role=region], aside, nav')].filter(isShown);
  const names = regions.map((n) => n.tagName + nameOf(n).slice(0, 60));
  for (const name of names) if (names.filter((n) => n === name).length > 1) bad.push(`two regions are called ${name}`);
  let level = 0;
  for (const node of document.querySelectorAll('h1, h2, h3, h4')) {
    if (!isShown(node)) continue;
    const own = Number(node.tagName[1]);
    if (!node.textContent.trim()) bad.push(`heading without words: ${node.outerHTML.slice(0, 80)}`);
    if (own > level + 1) bad.push(`heading jumps to ${own}: ${node.textContent}`);
    level = own;
  }
  const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (n) => {
    for (let at = n; at; at = at.parentElement) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length >= 3 && (c.length < 4 || c[3] === 1)) return c;
    }
    return [255, 255, 255];
  };
  for (const node of document.querySelectorAll('p, a, button, h1, h2, span, li, label, time')) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !isShown(node) || node.closest('[aria-hidden=true]') || node.disabled) continue;
    const box = node.getBoundingClientRect();
    if (box.width < 2) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.slice(0, 40)}`);
  }
  for (const node of document.querySelectorAll('button, a[href]')) {
    const box = node.getBoundingClientRect();
    if (isShown(node) && box.width > 2 && box.height < 20) bad.push(`too small: ${node.textContent.slice(0, 30)}`);
  }
  return bad;
}
