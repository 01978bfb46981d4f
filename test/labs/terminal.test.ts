import { afterAll, beforeAll, describe } from 'vitest'
import type { LiveNetwork } from '../../labs/bench/network/network.ts'
import { openOwnNetwork, PLAIN, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { runOn } from '../helpers/terminal.ts'
import { terminalSuite } from './terminal.suite.ts'

describe('on the plain machine', () => {
  beforeAll(() => runOn(PLAIN))
  terminalSuite()
})

describe.skipIf(whyNoOwnNetwork)(`on a network of its own (${whyNoOwnNetwork ?? 'there is one'})`, () => {
  let network: LiveNetwork
  beforeAll(async () => {
    network = await openOwnNetwork()
    runOn(network)
  })
  afterAll(() => network.close())
  terminalSuite()
})
