// Random choices that a seed decides, so that a world can be made again. mulberry32: 32 bits of state are enough to
// tell worlds apart, and nothing here is a secret.

/** A source of choices. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = n => Math.floor(next() * n);
  const chance = share => next() < share;
  const pick = list => list[below(list.length)];
  const some = (list, share = 0.5) => list.filter(() => chance(share));
  /** Picks among `[weight, value]`; a value that is a function is called. */
  const weighted = choices => {
    let at = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    const [, value] = choices.find(([weight]) => (at -= weight) < 0) ?? choices[0];
    return typeof value === 'function' ? value() : value;
  };
  return { below, chance, pick, some, weighted };
}
