import { defineConfig } from 'vitest/config'
import { whyNoOwnNetwork } from './test/helpers/live-network.ts'

/** Pages whose programs run on the machine's own network, at fixed ports, and those of which the pace is looked at. */
const APART = ['connection', 'datagrams', 'machine', 'making', 'recorded', 'terminal']

/** Labs that run in networks of their own alone, and wait more than they work. */
const BENCHES = ['calls-labs', 'hold', 'programs-hosts', 'recordings', 'tasks'].map(
  (name) => `test/labs/${name}.test.ts`,
)

const common = {
  testTimeout: 30_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    globalSetup: './test/helpers/built-site.ts',
    reporters: ['default', './test/helpers/closing-line.ts'],
    projects: [
      {
        // Each has a server and, where these can be had, networks of its own: then three run at a time: they wait more than they work.
        test: {
          ...common,
          name: 'own',
          include: ['test/pages/**/*.test.ts', ...BENCHES],
          exclude: [`test/pages/@(${APART.join('|')}).test.ts`],
          maxWorkers: whyNoOwnNetwork === null ? 3 : 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Programs of these use fixed ports on the loopback address, so one runs after the other.
        test: {
          ...common,
          name: 'machine',
          include: ['test/**/*.test.ts'],
          exclude: [`test/pages/**/!(${APART.join('|')}).test.ts`, ...BENCHES],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
