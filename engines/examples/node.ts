import type { Example } from './example.ts'

export const nodeExample: Example = {
  name: 'node',
  quick: true,
  prepare: () => Promise.resolve({}),
}
