import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

export interface ReferenceServerOptions {
  readonly python: string
  readonly folder: string
  /** Properties of Lance's directory namespace, such as `root` and `storage.*`. */
  readonly properties: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the reference server of pylance on a free port, and returns its URL. */
export async function startReferenceServer(
  keeper: ProcessKeeper,
  name: string,
  { python, folder, properties, env = {} }: ReferenceServerOptions,
): Promise<string> {
  const { promise: port, resolve, reject } = Promise.withResolvers<string>()
  const child = keeper.start({
    name,
    command: python,
    args: ['-u', join(import.meta.dirname, 'reference_server.py'), JSON.stringify(properties)],
    env,
    log: join(folder, `${name}.log`),
    onLine: (line) => {
      const found = /^@@port (\d+)$/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    },
  })
  void child.exited.then(() => reject(new Error(`${name} ended; see ${child.log}`)))
  const timer = setTimeout(() => reject(new Error(`${name} was not ready within 60 s`)), 60_000)
  try {
    return `http://127.0.0.1:${await port}`
  } finally {
    clearTimeout(timer)
  }
}
