import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../conformance/lib/command.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { safeEnvironment } from '../../conformance/lib/safe-env.ts'
import { architectures } from '../image/architecture.ts'
import { unpackImage } from '../image/check/unpack-image.ts'
import { runTool } from '../image/run-tool.ts'
import { ComposeCommands } from './compose-commands.ts'
import { createDockerShim } from './docker-shim.ts'
import type { Parts } from './install-parts.ts'
import type { Project } from './project.ts'
import { prepareVolume } from './prepare-volume.ts'
import { readSection, runStep } from './run-page.ts'
import type { Pod } from './substitute.ts'

/** Options that `main.ts` passes to this program, which runs in separate Linux namespaces. */
export interface InsideOptions {
  readonly parts: Parts
  /** Path of the image archive that `npm run image` built. */
  readonly archive: string
  readonly folder: string
  readonly hosts: string
}

/** Heading of the documentation section whose commands this program runs. */
const heading = 'Compose: PostgreSQL, an S3 store, Headgate and Trino'

/** SQL query that counts the rows which the commands of the page have written. */
const query = 'SELECT count(*) FROM lakehouse.sales.orders'

/** Prints progress to standard output. `main.ts` prints these lines again. */
function say(line: string): void {
  console.log(line)
}

async function main([file = '']: readonly string[]): Promise<number> {
  const { parts, archive, folder, hosts } = JSON.parse(readFileSync(file, 'utf8')) as InsideOptions
  await using keeper = new ProcessKeeper()
  const architecture = architectures.find(({ npm }) => npm === process.arch)?.name ?? 'amd64'
  const image = await unpackImage(archive, architecture, folder)
  const pod: Pod = {
    keeper,
    parts,
    image,
    folder,
    hosts,
    volume: (name) => prepareVolume(join(folder, 'volumes'), name),
  }
  const checkout = join(folder, 'checkout')
  mkdirSync(checkout)
  cpSync(join(repositoryRoot, 'deploy'), join(checkout, 'deploy'), { recursive: true })
  const deploy = join(checkout, 'deploy')
  if (existsSync(join(deploy, '.env')))
    throw new Error('deploy/.env exists. Move the file: this check creates its own.')
  // Environment variables of this machine must not override the variables in the compose file.
  const env = Object.fromEntries(
    Object.entries(safeEnvironment()).filter(([name]) => !/^(HEADGATE|TRINO|POSTGRES|STORE)_/.test(name)),
  )
  const load = async (): Promise<Project> =>
    JSON.parse(
      await runTool('env', ['-i', `PATH=${env['PATH']}`, parts.load, join(deploy, 'compose.yaml')]),
    ) as Project
  const commands = new ComposeCommands(pod, deploy, load, say)
  await using shim = await createDockerShim(folder, (args) => commands.run(args))
  const page = readFileSync(join(repositoryRoot, 'docs/how-to/run-in-containers.md'), 'utf8')
  const run = { folder: deploy, env: { ...env, PATH: `${shim.folder}:${env['PATH']}` }, python: parts.python }
  const steps = readSection(page, heading)
  for (const [at, step] of steps.entries()) {
    say(`\n${step.code.trim()}`)
    // The first code block of the page changes to the folder `deploy`, in which all other blocks run.
    say((await runStep(step, at === 0 ? { ...run, folder: checkout } : run)).trim())
  }
  say('\nafter a restart, with the same volumes')
  const again = `docker compose up --detach --wait\ndocker compose exec trino trino --execute "${query}"\ndocker compose down\n`
  say((await runStep({ language: 'sh', code: again, output: ['"2"'] }, run)).trim())
  console.log(`All ${steps.length} code blocks of the page, and a restart, work with deploy/compose.yaml`)
  return 0
}

await runCommand('compose:check', main)
