// Gives the focus to one thing after another, as the keyboard would, and tells where nobody could see it.
(judgeColours) => {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const alpha = (colour) => channels(colour)[3] ?? 1;
  const light = (colour) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(colour).map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const ground = (one) => {
    for (let at = one.parentElement; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (alpha(colour) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ring = (one) => {
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && alpha(style.outlineColor) > 0;
    if (!seen || box.width < 8 || box.height < 8) return "no ring";
    const told = contrast(style.outlineColor, ground(one));
    return judgeColours && told < 3 ? `a ring of contrast ${told.toFixed(1)}` : "";
  };
  const bearers = (one) => {
    const found = [...(one.labels ?? [])];
    for (let at = one; at; at = at.parentElement) found.push(at);
    return found;
  };
  const covered = (one) => {
    const box = one.getClientRects()[0];
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height, 40) / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return "it is not brought into view";
    const top = document.elementFromPoint(x, y);
    const related = top && [one, ...(one.labels ?? [])].some((of) => of.contains(top) || top.contains(of));
    return related ? "" : `it lies under ${top?.outerHTML.slice(0, 60)}`;
  };
  const wrong = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (one.tabIndex < 0 || !one.checkVisibility({ visibilityProperty: true })) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const rings = bearers(one).map(ring);
    const what = rings.includes("") ? covered(one) : rings.find((told) => told !== "no ring") ?? "no ring";
    if (what) wrong.push(`focus on ${one.outerHTML.slice(0, 90)}: ${what}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return wrong;
}
