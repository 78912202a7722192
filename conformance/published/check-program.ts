import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../lib/free-port.ts'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'
import { withoutOwnVariables } from '../lib/safe-env.ts'
import { installTarballs, withNode } from './build-and-install.ts'
import type { Installed } from './checks.ts'
import type { NodeVersion } from './node-versions.ts'

const startTimeoutMs = 120_000
const stopTimeoutMs = 30_000

/** Results of the checks of the installed program `headgate`. */
export interface ProgramChecks {
  readonly faults: readonly string[]
  /** Time in s from `npx headgate serve` to the end of the first PyIceberg program. */
  readonly seconds: number
}

/**
 * Installs the packages with this Node in an empty folder, starts `npx headgate serve` there, writes and reads a table
 * with PyIceberg, and stops the server, once with SIGTERM to npx and once with SIGTERM to the program itself.
 */
export async function checkProgram(
  keeper: ProcessKeeper,
  { run, packages }: Installed,
  node: NodeVersion,
  python: string,
): Promise<ProgramChecks> {
  const folder = join(run, `node-${node.version}`)
  await installTarballs(keeper, folder, packages, node.command)
  const faults: string[] = []
  const version = await runNpx(keeper, folder, node, ['--version'])
  const { version: expected } = readManifest(join(folder, 'node_modules/headgate/package.json'))
  if (version.code !== 0 || version.output.trim() !== expected)
    faults.push(`npx headgate --version printed ${JSON.stringify(version.output)}`)

  const started = performance.now()
  const first = await serve(keeper, folder, node, { command: 'npx', args: ['headgate', 'serve'] })
  const orders = await keeper.runToExit({
    name: 'orders.py',
    command: python,
    args: [join(import.meta.dirname, 'orders.py'), first.url, join(folder, 'data/admin-credential')],
    cwd: folder,
    log: join(folder, 'orders.log'),
    timeoutMs: 120_000,
  })
  const seconds = (performance.now() - started) / 1000
  if (orders.code !== 0) faults.push(`PyIceberg failed: ${lastLine(join(folder, 'orders.log'))}`)
  faults.push(...(await checkStop(first, folder)))

  const program = join(folder, 'node_modules/.bin/headgate')
  const second = await serve(keeper, folder, node, { command: program, args: ['serve', '--workers', '2'] })
  faults.push(...(await checkStop(second, folder)))
  const { code } = await second.process.exited
  if (code !== 0) faults.push(`headgate serve ended with ${code} after SIGTERM`)
  return { faults: faults.map((fault) => `node ${node.version}: ${fault}`), seconds }
}

/** Checks that the program prints one sentence and exits with 1 if the version of Node is too old. */
export async function checkTooOld(
  keeper: ProcessKeeper,
  { run }: Installed,
  node: NodeVersion,
  by: 'npx' | 'node',
): Promise<readonly string[]> {
  const program = 'node_modules/headgate/bin/headgate.cjs'
  const { code, output } = await (by === 'npx'
    ? runNpx(keeper, run, node, ['serve'])
    : runToOutput(keeper, run, node, { command: node.command, args: [program, 'serve'] }))
  const isSentence = /^headgate needs Node \d+(\.\d+)? or newer, and this is Node [^\n]+\.\n$/.test(output)
  return code === 1 && isSentence
    ? []
    : [`node ${node.version}: exit code ${code}, ${JSON.stringify(output)}`]
}

interface Serving {
  readonly url: string
  readonly process: KeptProcess
}

async function serve(
  keeper: ProcessKeeper,
  folder: string,
  node: NodeVersion,
  { command, args }: { readonly command: string; readonly args: readonly string[] },
): Promise<Serving> {
  const { promise: ready, resolve } = Promise.withResolvers<string>()
  const flags = ['--port', '0', '--s3-port', String(await freePort()), '--data-dir', join(folder, 'data')]
  const process = keeper.start({
    name: command,
    command,
    args: [...args, ...flags],
    cwd: folder,
    env: { ...withoutOwnVariables(), ...withNode(node.command) },
    log: join(folder, 'serve.log'),
    onLine: (line) => {
      const [, url] = /^ready (\S+)$/.exec(line) ?? []
      if (url !== undefined) resolve(url)
    },
  })
  const url = await Promise.race([
    ready,
    process.exited.then(() => null),
    sleep(startTimeoutMs, null, { ref: false }),
  ])
  if (url === null) throw new Error(`the server that ${command} started was not ready; see ${process.log}`)
  return { url, process }
}

/**
 * Sends SIGTERM only to the process that the check has started, and waits until the server and its database have
 * ended.
 */
async function checkStop({ process: started, url }: Serving, folder: string): Promise<readonly string[]> {
  // PostgreSQL deletes the file `postmaster.pid` when it ends, so the file shows whether the database still runs.
  const postmaster = join(folder, 'data/postgres/cluster/data/postmaster.pid')
  if (!existsSync(postmaster))
    return [`${started.name}: the file ${postmaster} does not exist, although the database runs`]
  process.kill(started.pid, 'SIGTERM')
  const end = Date.now() + stopTimeoutMs
  while (Date.now() < end) {
    const isServing = await fetch(`${url}/health/live`).then(
      () => true,
      () => false,
    )
    if (started.exit() !== undefined && !isServing && !existsSync(postmaster)) return []
    await sleep(100)
  }
  return [`${started.name}: the server or its database still runs ${stopTimeoutMs / 1000} s after SIGTERM`]
}

interface Output {
  readonly code: number | null
  /** Standard output and standard error of the program so far. */
  readonly output: string
}

async function runNpx(
  keeper: ProcessKeeper,
  folder: string,
  node: NodeVersion,
  args: readonly string[],
): Promise<Output> {
  return runToOutput(keeper, folder, node, { command: 'npx', args: ['headgate', ...args] })
}

async function runToOutput(
  keeper: ProcessKeeper,
  folder: string,
  node: NodeVersion,
  { command, args }: { readonly command: string; readonly args: readonly string[] },
): Promise<Output> {
  const log = join(folder, `node-${node.version}${args.at(-1)}.log`)
  const { code } = await keeper.runToExit({
    name: `headgate on Node ${node.version}`,
    command,
    args,
    cwd: folder,
    env: withNode(node.command),
    log,
    timeoutMs: 60_000,
  })
  return { code, output: readFileSync(log, 'utf8') }
}

function readManifest(path: string): { readonly version: string } {
  return JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }
}

function lastLine(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? ''
}
