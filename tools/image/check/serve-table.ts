import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '@headgate/postgres'
import { freePort } from '../../../conformance/lib/free-port.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { responds, waitUntilReady } from '../../../conformance/lib/wait-until-ready.ts'
import { installPyIceberg } from '../../../conformance/lib/pyiceberg.ts'
import { userId } from '../base-layer.ts'
import type { Flavor } from '../flavor.ts'
import { type Container, startContainer } from './container.ts'
import type { UnpackedImage } from './unpack-image.ts'

/** Options of {@link serveTable}. */
export interface ServeOptions {
  readonly keeper: ProcessKeeper
  readonly image: UnpackedImage
  readonly flavor: Flavor
  readonly folder: string
  /** Environment variables that override settings of the server. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Path of the only writable folder except `/tmp`: the data directory in the trial image, and another folder in the
 * server image, whose data directory is read-only.
 */
const dataPaths: Readonly<Record<Flavor, string>> = { trial: '/var/lib/headgate', server: '/data' }
const expected = {
  snapshots: 2,
  rows: [
    { id: 1, item: 'lamp' },
    { id: 2, item: 'chair' },
    { id: 3, item: 'desk' },
  ],
}

/**
 * Runs an image with a read-only root file system, in which PyIceberg creates, writes and reads a table, and stops the
 * server with SIGTERM. For the server image, starts an external PostgreSQL, and sets the catalog up with commands in
 * the image.
 *
 * @throws Error that states what failed
 */
export async function serveTable(options: ServeOptions): Promise<void> {
  const { keeper, image, flavor, folder } = options
  const dataPath = dataPaths[flavor]
  const data = join(folder, 'data')
  mkdirSync(data)
  chownSync(data, userId, userId)
  await using stack = new AsyncDisposableStack()
  const database =
    flavor === 'server'
      ? stack.use(await startPostgres({ dataDir: join(folder, 'postgres'), listen: 'tcp' }))
      : null
  const port = await freePort()
  const uri = `http://127.0.0.1:${port}`
  const env = {
    ...listenerSettings(port, await freePort()),
    ...(database === null ? {} : externalSettings(database.url, dataPath)),
    HEADGATE_URL: uri,
    HEADGATE_CREDENTIAL_FILE: `${dataPath}/admin-credential`,
    ...options.env,
  }
  const start = (name: string, ...command: readonly string[]): Container =>
    startContainer(keeper, image, {
      name,
      log: join(folder, `${name}.log`),
      env,
      mounts: { [dataPath]: data },
      ...(command.length === 0 ? {} : { command }),
    })
  const runCommand = async (name: string, ...args: readonly string[]): Promise<void> => {
    const { code } = await start(name, name, ...args).process.exited
    if (code !== 0) throw new Error(`headgate ${name} failed; see ${folder}/${name}.log`)
  }
  if (database !== null) await runCommand('bootstrap', '--output', env.HEADGATE_CREDENTIAL_FILE)
  const server = start('server')
  await waitUntilReady(server.process, () => responds(`${uri}/health/ready`), 120_000)
  if (database !== null) {
    const directory = ['--bucket', 'lakehouse', '--vending', 'gateway']
    await runCommand('warehouse', 'create', 'lakehouse', `file://${dataPath}/lakehouse`, ...directory)
  }
  await runCommand('health')
  const rows = await runPyIceberg(options, uri, readFileSync(join(data, 'admin-credential'), 'utf8').trim())
  if (rows !== JSON.stringify(expected))
    throw new Error(`PyIceberg read ${rows}; expected ${JSON.stringify(expected)}`)
  const exit = await server.terminate()
  if (exit.code !== 0)
    throw new Error(`The server ended with ${exit.code ?? exit.signal} after SIGTERM; see ${folder}`)
}

/**
 * Returns settings that make the server listen only on the loopback address, because the container shares the network
 * of this machine.
 */
function listenerSettings(port: number, s3Port: number): Record<string, string> {
  return {
    HEADGATE_HOST: '127.0.0.1',
    HEADGATE_PORT: String(port),
    HEADGATE_S3_PORT: String(s3Port),
    HEADGATE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    HEADGATE_S3_PUBLIC_URL: `http://127.0.0.1:${s3Port}`,
  }
}

function externalSettings(url: string, dataPath: string): Record<string, string> {
  return {
    HEADGATE_DATABASE_URL: url,
    HEADGATE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    HEADGATE_FILE_ROOTS: `file://${dataPath}`,
    HEADGATE_WORKERS: '2',
  }
}

async function runPyIceberg(
  { keeper, folder }: ServeOptions,
  uri: string,
  credential: string,
): Promise<string> {
  const python = await installPyIceberg(keeper, console.error)
  let last = ''
  await keeper.run({
    name: 'pyiceberg',
    command: python,
    args: [join(import.meta.dirname, 'first-table.py'), uri, 'lakehouse'],
    env: { CREDENTIAL: credential },
    log: join(folder, 'pyiceberg.log'),
    onLine: (line) => (last = line),
    timeoutMs: 120_000,
  })
  return JSON.stringify(JSON.parse(last))
}
