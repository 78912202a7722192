import { dirname } from 'node:path'
import { installLance } from '../../conformance/lib/lance.ts'
import type { Example } from './example.ts'

export const lancedbExample: Example = {
  name: 'lancedb',
  quick: false,
  async prepare({ keeper, say }) {
    const { python } = await installLance(keeper, say)
    return { path: [dirname(python)] }
  },
}
