// Of pictures in a screenshot, given as boxes, those of which hardly a pixel stands out from the rest (WCAG 1.4.11).
async ({ shot, boxes }) => {
  const LEAST_CONTRAST = 3;
  const LEAST_PART = 0.02;
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${shot}`)).blob());
  const drawing = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  drawing.drawImage(bitmap, 0, 0);
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = [16, 8, 0].map((shift) => linear(((colour >> shift) & 255) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const standsOut = ({ x, y, width, height }) => {
    const { data } = drawing.getImageData(Math.round(x), Math.round(y), Math.ceil(width), Math.ceil(height));
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const [[ground]] = [...counts].sort(([, one], [, other]) => other - one);
    let seen = 0;
    for (const [colour, count] of counts) if (contrast(light(colour), light(ground)) >= LEAST_CONTRAST) seen += count;
    return seen / (data.length / 4);
  };
  return boxes.filter((box) => standsOut(box) < LEAST_PART).map(({ name }) => name);
}
