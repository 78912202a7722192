import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['x-source'] },
  ssr: { resolve: { conditions: ['x-source'] } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'conformance/**/*.test.ts',
      'engines/**/*.test.ts',
      'bench/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default of 1 s is too short on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    globalSetup: ['packages/testkit/src/vitest-setup.ts'],
    pool: 'forks',
    // Many tests wait half of their time for time limits and for processes, so more workers than cores are useful.
    maxWorkers: 3,
    // Each worker loads a module once instead of once per test file. This is safe because no module has global state.
    isolate: false,
  },
})
