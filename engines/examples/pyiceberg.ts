import { dirname } from 'node:path'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { Example } from './example.ts'

export const pyicebergExample: Example = {
  name: 'pyiceberg',
  quick: true,
  async prepare({ keeper, say }) {
    return { path: [dirname(await installPyIceberg(keeper, say))] }
  },
}
