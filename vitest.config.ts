import { defineConfig } from 'vitest/config'
import { whyNoOwnNetwork } from './test/helpers/live-network.ts'

/** Files that think, and start hardly anything: they share processes. */
const PURE = [
  'test/site/**/*.test.ts',
  'test/content/*.test.ts',
  'test/labs/checks/*.test.ts',
  'test/labs/wire/*.test.ts',
]

/**
 * Files that are run one after the other: they count the machine's processes, or they look at how fast something is or when
 * it happens, or their programs use fixed ports of the machine (page tests that do take turns: see helpers/machine-ports.ts).
 */
const ALONE = [
  'test/siege/*.test.ts',
  'test/labs/checks/large.test.ts',
  ...['datagrams', 'terminal'].map((name) => `test/pages/${name}.test.ts`),
  ...[
    'beat',
    'build',
    'calls',
    'flood',
    'gate',
    'gate-key',
    'hold',
    'hosts',
    'ladder',
    'limits',
    'limits-own',
    'main',
    'network',
    'observing-plain',
    'orphans',
    'port-holder',
    'server',
    'tasks',
    'tracing',
    'views',
    'wire',
  ].map((name) => `test/labs/${name}.test.ts`),
]

/** Set by test/run.ts, when files that failed are run again. */
const { ONE_AT_A_TIME } = process.env

const common = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  maxConcurrency: 3,
  // Real programs, kernels and browsers on a busy machine: what fails twice is wrong; what failed once is named at the end.
  retry: 1,
}

export default defineConfig({
  test: {
    globalSetup: './test/helpers/built-site.ts',
    reporters: ['default', './test/helpers/closing-line.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'pure',
          include: PURE,
          exclude: ALONE,
          isolate: false,
          maxWorkers: ONE_AT_A_TIME ? 1 : 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Each has a server and, where these can be had, networks of its own. Where not, all use the machine's.
        test: {
          ...common,
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, ...PURE],
          maxWorkers: whyNoOwnNetwork === null && !ONE_AT_A_TIME ? 3 : 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
