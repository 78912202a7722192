import { dirname } from 'node:path'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { Example } from './example.ts'

export const rowsExample: Example = {
  name: 'rows',
  quick: true,
  async prepare({ keeper, say }) {
    return { path: [dirname(await installPyIceberg(keeper, say))] }
  },
}
