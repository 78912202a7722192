import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { say } from '../lib/command.ts'
import { installPyIceberg } from '../lib/pyiceberg.ts'
import { pyicebergFile } from './configurations.ts'
import type { DoctorLab } from './lab.ts'

const program = `
import sys
from pyiceberg.catalog import load_catalog
table = load_catalog("lakehouse").load_table(sys.argv[1])
table.append(__import__("pyarrow").table({"id": [1, 2, 3]}))
assert table.scan().to_arrow().num_rows == 3
`

/** Result of the proof, in the form that the results of the other checks have. */
interface Proof {
  readonly name: string
  readonly kind: 'healthy'
  readonly report: null
  readonly found: string
  readonly wrong: readonly string[]
  readonly ms: number
}

/**
 * Proves that a healthy configuration works: writes and reads a table with PyIceberg and a configuration for which the
 * doctor reports no problem.
 */
export async function proveWithPyIceberg(lab: DoctorLab): Promise<Proof> {
  const python = await installPyIceberg(lab.keeper, say)
  const started = performance.now()
  writeFileSync(join(lab.folder, '.pyiceberg.yaml'), pyicebergFile(lab.target()), { mode: 0o600 })
  const { code } = await lab.keeper.runToExit({
    name: 'pyiceberg',
    command: python,
    args: ['-c', program, lab.table],
    env: { PYICEBERG_HOME: lab.folder },
    log: join(lab.folder, 'pyiceberg.log'),
    timeoutMs: 120_000,
  })
  return {
    name: 'PyIceberg writes and reads with the healthy configuration',
    kind: 'healthy',
    report: null,
    found: 'none',
    wrong: code === 0 ? [] : [`PyIceberg ended with ${code}; see ${join(lab.folder, 'pyiceberg.log')}`],
    ms: Math.round(performance.now() - started),
  }
}
