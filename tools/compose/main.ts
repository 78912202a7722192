import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../../conformance/lib/command.ts'
import { cacheFolder, newRunFolder } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { toTag } from '../image/flavor.ts'
import { findProgram } from '../image/workspace.ts'
import type { InsideOptions } from './inside.ts'
import { installParts } from './install-parts.ts'

const usage = `npm run compose:check -- [--keep] [--json]

Runs the commands of docs/how-to/run-in-containers.md with deploy/compose.yaml without a container runtime: Headgate from
the image that npm run image built, PostgreSQL, the S3 store and Trino as programs of this machine, all in a separate
network. Needs root, Linux, Go, Python 3.10 or newer, a JDK 25, Maven, iproute2, wget and pg_isready.

  --keep   keep the logs and volumes of a successful run
  --json   print the result as one JSON document, and the progress on standard error
  --help

Exit codes: 0 everything worked, 2 a command failed or could not run.`

/**
 * Shell script that configures the network and the host names of the services, and then runs the program `inside.ts`.
 */
const script = `set -e
ip link set lo up
mount --bind "$1" /etc/hosts
shift
exec "$@"
`

const names = ['postgres', 'store', 'headgate', 'trino']

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const archive = cacheFolder('image', `headgate-${toTag(findProgram().version, 'server')}.oci.tar`)
  if (!existsSync(archive)) throw new Error(`${archive} does not exist. Run "npm run image" first.`)
  await using keeper = new ProcessKeeper()
  const parts = await installParts(keeper, say)
  const folder = newRunFolder(cacheFolder('compose', 'runs'))
  const hosts = join(folder, 'hosts')
  writeFileSync(hosts, ['localhost', ...names].map((name) => `127.0.0.1 ${name}\n`).join(''))
  const options: InsideOptions = { parts, archive, folder, hosts }
  const file = join(folder, 'options.json')
  writeFileSync(file, JSON.stringify(options))
  const node = [process.execPath, ...process.execArgv, join(import.meta.dirname, 'inside.ts'), file]
  const log = join(folder, 'inside.log')
  const { code } = await keeper.runToExit({
    name: 'inside',
    command: 'unshare',
    args: ['--mount', '--net', '--fork', '--kill-child=TERM', 'sh', '-c', script, 'sh', hosts, ...node],
    log,
    onLine: (line) => (values.json ? say(line) : console.log(line)),
  })
  const logs = code === 0 && !values.keep ? null : folder
  if (values.json) console.log(JSON.stringify({ worked: code === 0, logs }))
  if (code !== 0) say(`The logs are in ${folder}.`)
  if (logs === null) rmSync(folder, { recursive: true, force: true })
  return code ?? 2
}

await runCommand('compose:check', main)
