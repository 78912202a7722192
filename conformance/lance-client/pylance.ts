import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

/** Counts the rows of a dataset with pylance. Lance gets only the given storage options. */
export type CountRows = (location: string, options: Readonly<Record<string, string>>) => Promise<number>

export function pylance(keeper: ProcessKeeper, python: string, folder: string): CountRows {
  return async (location, options) => {
    let rows: number | undefined
    await keeper.run({
      name: 'pylance',
      command: python,
      args: [join(import.meta.dirname, 'count_rows.py'), location, JSON.stringify(options)],
      // Overrides the invalid endpoint of the safe environment, because Lance prefers the environment to its storage
      // options.
      env: { AWS_ENDPOINT_URL: options['endpoint'], AWS_ENDPOINT_URL_S3: options['endpoint'] },
      log: join(folder, 'pylance.log'),
      timeoutMs: 60_000,
      onLine: (line) => {
        rows = Number(/^@@rows (\d+)$/.exec(line)?.[1] ?? rows)
      },
    })
    if (rows === undefined) throw new Error(`pylance printed no result; see ${join(folder, 'pylance.log')}`)
    return rows
  }
}
