import { join } from 'node:path'
import { freePort } from '../lib/free-port.ts'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

export interface ReplicaOptions {
  readonly name: string
  readonly folder: string
  readonly databaseUrl: string
  /** Master key, which all replicas share. */
  readonly masterKey: string
}

/**
 * Starts a replica: one of several Headgate servers on the same existing database, open to anonymous callers. Returns
 * its origin.
 */
export async function startReplica(keeper: ProcessKeeper, options: ReplicaOptions): Promise<string> {
  const { name, folder, databaseUrl, masterKey } = options
  const { promise: ready, resolve } = Promise.withResolvers<string>()
  const child = keeper.start({
    name,
    command: process.execPath,
    args: [
      '--conditions=x-source',
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'packages/server/src/main.ts'),
    ],
    cwd: repositoryRoot,
    env: {
      HEADGATE_DATABASE_URL: databaseUrl,
      HEADGATE_DATABASE_POOL_SIZE: '8',
      HEADGATE_MASTER_KEY: masterKey,
      HEADGATE_INSECURE_ANONYMOUS: 'true',
      HEADGATE_FILE_ROOTS: `file://${folder}`,
      HEADGATE_PORT: '0',
      HEADGATE_S3_PORT: String(await freePort()),
      HEADGATE_AUDIT_READS: 'off',
      HEADGATE_LOG_LEVEL: 'warn',
    },
    log: join(folder, `${name}.log`),
    onLine: (line) => {
      const url = /^ready .*?(https?:\/\/[^\s"]+)/.exec(line)?.[1]
      if (url !== undefined) resolve(new URL(url).origin)
    },
  })
  const ended = child.exited.then(() => {
    throw new Error(`${name} ended before it was ready; see ${child.log}`)
  })
  ended.catch(() => undefined)
  return await Promise.race([ready, ended])
}
