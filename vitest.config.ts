import { defineConfig } from 'vitest/config'
import { whyNoOwnNetwork } from './test/helpers/live-network.ts'

/** Pages whose programs run on the machine's own network, at fixed ports, and those of which the pace is looked at. */
const APART = ['connection', 'datagrams', 'machine', 'making', 'recorded', 'terminal']

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
        // Each has a server, a browser and, where these can be had, networks of its own: then two run at a time.
        test: {
          ...common,
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          exclude: [`test/pages/@(${APART.join('|')}).test.ts`],
          maxWorkers: whyNoOwnNetwork === null ? 2 : 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Programs of these use fixed ports on the loopback address, so one runs after the other.
        test: {
          ...common,
          name: 'machine',
          include: ['test/**/*.test.ts'],
          exclude: [`test/pages/**/!(${APART.join('|')}).test.ts`],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
