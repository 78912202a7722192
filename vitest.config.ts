import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['x-source'] },
  ssr: { resolve: { conditions: ['x-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'conformance/**/*.test.ts',
      'engines/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine takes longer than the second that is the default.
    expect: { poll: { timeout: 15_000 } },
    globalSetup: ['packages/testkit/src/test-run.ts'],
    pool: 'forks',
    // More than cores: half of the time of many tests is waiting, for limits to pass and for processes to start or end.
    maxWorkers: 3,
    // Modules are loaded once for each worker, not once for each file: there is no global state that files could share.
    isolate: false,
  },
})
