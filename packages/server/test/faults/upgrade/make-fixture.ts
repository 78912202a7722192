import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { programEnvironment, startTestPostgres } from '@headgate/testkit'
import { MainProcess } from '../main-process.ts'
import { findDataSet } from './data-sets.ts'
import {
  chooseEncoding,
  serverEnvironment,
  storagePlaceholder,
  toFileUrl,
  type UpgradeFixture,
} from './fixture.ts'
import { freePort } from './free-port.ts'
import { makeContent } from './make-content.ts'
import { readRows } from './rows.ts'

const run = promisify(execFile)
const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']

/** Writes a data set with the server of an older checkout. See README.md. */
async function main(checkout: string | undefined, name: string | undefined): Promise<void> {
  if (checkout === undefined)
    throw new Error('Pass the path of a checkout of the older version, with its dependencies.')
  const { version, unchecked } = findDataSet(name)
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-fixture-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const storage = join(directory, 'storage')
  for (const name of ['lakehouse', 'other']) await mkdir(join(storage, name), { recursive: true })
  const postgres = stack.use(await startTestPostgres())
  const port = await freePort()
  const environment = serverEnvironment({ databaseUrl: postgres.url, storage, port })
  const admin = await bootstrap(checkout, environment, join(directory, 'credential'))
  const server = await MainProcess.start(environment, {
    program: join(checkout, 'packages/server/src/main.ts'),
  })
  stack.use(server)
  const made = await makeContent(`http://127.0.0.1:${port}`, admin, { storage, unchecked })
  await server.end('SIGTERM')
  const { stdout: commit } = await run('git', ['-C', checkout, 'rev-parse', 'HEAD'])
  const fixture: UpgradeFixture = {
    madeBy: commit.trim(),
    madeAt: new Date().toISOString(),
    ...made,
    rows: withOlderEngines(await readRows(postgres.url)),
    files: await readFiles(storage),
  }
  const text = JSON.stringify(fixture, null, 1).replaceAll(storage, storagePlaceholder)
  refuseCompressedPaths(fixture, storage)
  await writeFile(toFileUrl(version), `${text}\n`)
}

async function bootstrap(
  checkout: string,
  environment: Readonly<Record<string, string>>,
  output: string,
): Promise<{ id: string; secret: string }> {
  const program = join(checkout, 'packages/cli/src/main.ts')
  await run(process.execPath, [...flags, program, 'bootstrap', '--output', output], {
    env: programEnvironment(environment),
  })
  const [id = '', secret = ''] = (await readFile(output, 'utf8')).trim().split(':')
  return { id, secret }
}

function anHourBefore(at: unknown): string {
  return new Date(Date.parse(String(at)) - 3_600_000).toISOString()
}

/**
 * Moves the times of engine entries back by one hour, because a token is valid only when the entry is older
 * than the token by more than the clock tolerance.
 */
function withOlderEngines(rows: UpgradeFixture['rows']): UpgradeFixture['rows'] {
  const engine = (rows['engine'] ?? []).map((row) => ({
    ...row,
    created_at: anHourBefore(row['created_at']),
    updated_at: anHourBefore(row['updated_at']),
  }))
  return { ...rows, engine }
}

async function readFiles(storage: string): Promise<Record<string, string>> {
  const entries = await readdir(storage, { recursive: true, withFileTypes: true })
  const files = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))
  const read = files
    .toSorted()
    .map(async (path) => [relative(storage, path), await readFile(path, chooseEncoding(path))])
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>
}

/**
 * Throws when compressed metadata in a row contains the storage directory, because the placeholder cannot
 * replace the directory in compressed text.
 */
function refuseCompressedPaths({ rows }: UpgradeFixture, storage: string): void {
  for (const { body, name } of rows['relation'] ?? []) {
    if (typeof body !== 'string') continue
    const text = inflateRawSync(Buffer.from(body.slice(2), 'hex'), { finishFlush: 2 }).toString()
    if (text.includes(storage))
      throw new Error(`The row of ${String(name)} contains the directory ${storage} in its metadata.`)
  }
}

await main(process.argv[2], process.argv[3])
