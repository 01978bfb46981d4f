import type { KeptFrame } from './captures.ts'
import { seeded } from './random.ts'

/**
 * So many frames, each one of the given with a few bytes of its headers changed, doubled, taken away or cut off; the same
 * for the same seed.
 */
export function mutants(frames: readonly KeptFrame[], count: number, seed: number): KeptFrame[] {
  const random = seeded(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: count }, () => {
    const { bytes, length } = frames[below(frames.length)] as KeptFrame
    const rest = length - bytes.length
    const changed = bytes.slice()
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = Math.min(12 + below(110), changed.length - 1)
      if (at >= 0) changed[at] = random() < 0.5 ? below(256) : (changed[at] ?? 0) ^ (1 << below(8))
    }
    const way = random()
    if (way < 0.15) return cut(changed.slice(0, below(changed.length + 1)), length)
    if (way < 0.25) return whole(changed.slice(0, below(changed.length + 1)))
    if (way < 0.3) return whole(Uint8Array.from([...changed, ...changed.slice(below(changed.length))]))
    return cut(changed, changed.length + rest)
  })
}

const whole = (bytes: Uint8Array): KeptFrame => ({ bytes, length: bytes.length })
const cut = (bytes: Uint8Array, length: number): KeptFrame => ({ bytes, length })
