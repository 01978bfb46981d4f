import { describe, expect, test } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { table } from './finding.ts'
import { attacksOf, BOUNDED, report } from './siege.ts'

describe.skipIf(whyNoOwnNetwork)(
  `the siege, in small (${whyNoOwnNetwork ?? 'benches have their own networks'})`,
  () => {
    test.each(Object.entries(attacksOf(BOUNDED)))('is withstood: %s', { timeout: 60_000 }, async (name, make) => {
      const made = await report(name, make)
      expect(made.findings.length, name).toBeGreaterThan(0)
      expect(
        made.findings.filter(({ holds }) => !holds),
        table([made]),
      ).toEqual([])
    })
  },
)
