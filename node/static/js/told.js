// How exactly a point is told, as the server tells it: to the middle of a square, see `node/services/desk/place.py`.

const METRES_A_DEGREE = 111320;
const EXACT_M = 50;

const middle = (value, step) => (Math.floor(value / step) + 0.5) * step;
const within = (most, value) => Math.max(-most, Math.min(most, value));

export const isExact = (metres) => metres <= EXACT_M;

// Digits behind the point that a place needs which is told to so many metres, and not one more.
export function digitsFor(metres) {
  return isExact(metres) ? 5 : Math.ceil(Math.log10((4 * METRES_A_DEGREE) / metres));
}

// What people will see of a point.
export function told([lat, lon], metres) {
  if (isExact(metres)) return [lat, lon];
  const north = within(90, middle(lat, metres / METRES_A_DEGREE));
  const width = metres / (METRES_A_DEGREE * Math.max(Math.cos((north * Math.PI) / 180), 0.01));
  return [north, within(180, middle(lon, width))];
}
