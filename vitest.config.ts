import { defineConfig } from 'vitest/config'

// The labs' programs use fixed ports on the loopback address, so test files run one after the other.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/helpers/built-site.ts',
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/helpers/closing-line.ts'],
  },
})
