import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../conformance/lib/free-port.ts'
import { demand } from '../../conformance/lib/outcome.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import type { KeptProcess, ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { withoutOwnVariables } from '../../conformance/lib/safe-env.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import type { Manifest } from './chart.ts'
import { onlyContainer, serverTemplate } from './container.ts'
import { get } from './get.ts'
import { createPodFiles } from './pod-files.ts'
import { resolveEnvironment } from './resolve-environment.ts'

/** Local server that runs with the environment that the chart defines for its container. */
export interface RunningContainer {
  readonly process: KeptProcess
  /** Environment variables of the server, for further programs of the same container. */
  readonly env: Readonly<Record<string, string>>
  /** Local URLs of the ports of the container. */
  readonly urls: Readonly<Record<'catalog' | 'gateway', string>>
  readonly certificate: string
  /** Returns the output of the server so far. */
  log(): string
}

/** Arguments with which Node runs the command line from the sources of the repository. */
export const headgate: readonly string[] = [
  '--conditions=x-source',
  '--disable-warning=ExperimentalWarning',
  join(repositoryRoot, 'packages/cli/src/main.ts'),
]

/** Options of `runContainer`. */
interface RunOptions {
  readonly keeper: ProcessKeeper
  /** Empty folder for the files of the server. */
  readonly folder: string
  readonly manifests: readonly Manifest[]
  readonly databaseUrl: string
}

/**
 * Runs `headgate serve` from the sources, with the environment and the files that the chart defines, and waits until
 * the server is live. Only the ports, which are free loopback ports, and the database differ from the chart.
 */
export async function runContainer({
  keeper,
  folder,
  manifests,
  databaseUrl,
}: RunOptions): Promise<RunningContainer> {
  const { spec } = serverTemplate(manifests)
  const container = onlyContainer(spec)
  const files = await createPodFiles(folder, manifests, spec)
  const secrets = new Map<string, string>()
  const rendered = resolveEnvironment(container, (name, key) => {
    const id = `${name}/${key}`
    const value = secrets.get(id) ?? findSecret(manifests, name, key) ?? randomBytes(32).toString('base64')
    secrets.set(id, value)
    return value
  })
  const ports = { catalog: await freePort(), gateway: await freePort() }
  const resolved = Object.fromEntries(
    Object.entries(rendered).map(([name, value]) => [name, files.resolve(value)]),
  )
  const env = {
    ...resolved,
    HEADGATE_HOST: '127.0.0.1',
    HEADGATE_PORT: String(ports.catalog),
    ...('HEADGATE_S3_PORT' in resolved ? { HEADGATE_S3_PORT: String(ports.gateway) } : {}),
    HEADGATE_DATABASE_URL: databaseUrl,
  }
  const log = join(folder, 'headgate.log')
  const process_ = keeper.start({
    name: 'headgate serve',
    command: process.execPath,
    args: [...headgate, 'serve'],
    cwd: folder,
    env: { ...withoutOwnVariables(), ...env },
    log,
  })
  const scheme = 'HEADGATE_TLS_CERT_FILE' in env ? 'https' : 'http'
  const urls = {
    catalog: `${scheme}://127.0.0.1:${ports.catalog}`,
    gateway: `${scheme}://127.0.0.1:${ports.gateway}`,
  }
  const { certificate } = files
  const live = container.startupProbe?.httpGet.path ?? ''
  await waitUntilReady(
    process_,
    async () => (await get(urls.catalog + live, certificate)).status === 200,
    90_000,
  )
  return { process: process_, env, urls, certificate, log: () => readFileSync(log, 'utf8') }
}

/** Stops the server with SIGTERM, like Kubernetes, and checks that it exits within the grace period. */
export async function stopContainer(
  { process: server }: RunningContainer,
  graceSeconds: number,
): Promise<void> {
  const started = Date.now()
  process.kill(server.pid, 'SIGTERM')
  const late = setTimeout(() => process.kill(server.pid, 'SIGKILL'), graceSeconds * 1000)
  const { code, signal } = await server.exited
  clearTimeout(late)
  demand(
    code === 0,
    `After SIGTERM the server ended with ${signal ?? code} after ${Date.now() - started} ms; see ${server.log}.`,
  )
}

function findSecret(manifests: readonly Manifest[], name: string, key: string): string | undefined {
  const secret = manifests.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === name)
  const text = (secret as (Manifest & { readonly data: Readonly<Record<string, string>> }) | undefined)?.data[
    key
  ]
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8')
}
