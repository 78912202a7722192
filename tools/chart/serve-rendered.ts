import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '@headgate/postgres'
import { Client } from 'pg'
import { demand, Failed } from '../../conformance/lib/outcome.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { listValuesFiles, parseManifests, renderChart, type Manifest } from './chart.ts'
import { onlyContainer, serverTemplate, testContainer } from './container.ts'
import { get } from './get.ts'
import type { Tools } from './install-tools.ts'
import { headgate, runContainer, type RunningContainer, stopContainer } from './run-container.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'

/** Options of `serveRendered`. */
interface ServeOptions {
  readonly keeper: ProcessKeeper
  readonly folder: string
  readonly only?: readonly string[]
}

/**
 * Runs the server with the environment that the chart renders for each file of values, on a real PostgreSQL. Checks
 * that the probes of the chart, `headgate bootstrap` and the script of `helm test` succeed, that the server knows all
 * settings, and that it stops within the grace period.
 *
 * @param options.folder folder for temporary files
 * @param options.only names of the value files to check. Default: all value files
 * @throws Failed when one of these checks fails
 */
export async function serveRendered(tools: Tools, { keeper, folder, only }: ServeOptions): Promise<string> {
  await using postgres = await startPostgres({ dataDir: join(folder, 'postgres') })
  const served: string[] = []
  for (const { name, path } of listValuesFiles().filter((file) => only?.includes(file.name) ?? true)) {
    const place = join(folder, `serve-${name}`)
    mkdirSync(place, { recursive: true })
    const manifests = parseManifests(await renderChart(tools, path))
    const databaseUrl = await createDatabase(postgres.url, `chart_${name.replaceAll('-', '_')}`)
    const container = await runContainer({ keeper, folder: place, manifests, databaseUrl })
    await checkServer(container, manifests)
    const drain = drainSeconds(manifests)
    await stopContainer(
      container,
      (serverTemplate(manifests).spec.terminationGracePeriodSeconds ?? 30) - drain,
    )
    served.push(`${name} with ${container.env['HEADGATE_WORKERS']} workers`)
  }
  return served.join(', ')
}

async function checkServer(container: RunningContainer, manifests: readonly Manifest[]): Promise<void> {
  const { urls, certificate } = container
  const { livenessProbe, readinessProbe } = onlyContainer(serverTemplate(manifests).spec)
  for (const probe of [livenessProbe, readinessProbe]) {
    const { path = '', scheme = '' } = probe?.httpGet ?? {}
    const { status, body } = await get(urls.catalog + path, certificate)
    demand(status === 200, `The probe of the chart at ${path} failed with status ${status}: ${body}`)
    demand(
      urls.catalog.startsWith(`${scheme.toLowerCase()}:`),
      `The probe of the chart at ${path} uses the wrong scheme ${scheme}.`,
    )
  }
  await bootstrap(container)
  await runHelmTest(container, manifests)
  const warning = /The variable \S+ is unknown/.exec(container.log())
  demand(warning === null, `${warning?.[0]}; see ${container.process.log}.`)
}

/**
 * Creates the administrator with `headgate bootstrap` in the environment of the container, as the notes of the chart
 * instruct the user.
 */
async function bootstrap({ env, process: server }: RunningContainer): Promise<void> {
  const { code, stdout, stderr } = await runProgram(process.execPath, [...headgate, 'bootstrap', '--json'], {
    env,
  })
  if (code !== 0) throw new Failed(`headgate bootstrap exited with ${code}: ${stderr}; see ${server.log}.`)
  const { clientSecret } = JSON.parse(stdout) as { readonly clientSecret?: string }
  demand(clientSecret !== undefined, 'headgate bootstrap printed no secret.')
}

/** Runs the script of the `helm test` pod with the local addresses of the server. */
async function runHelmTest({ urls }: RunningContainer, manifests: readonly Manifest[]): Promise<void> {
  const { env, command = [] } = testContainer(manifests)
  const [shell = '', ...args] = command
  const rendered = Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))
  const { code, stdout, stderr } = await runProgram(shell, args, {
    env: {
      ...rendered,
      CATALOG: urls.catalog,
      ...('GATEWAY' in rendered ? { GATEWAY: urls.gateway } : {}),
    },
  })
  if (code !== 0) throw new Failed(`The script of helm test exited with ${code}: ${stdout}${stderr}`)
  // The same script must fail with a wrong public URL, which proves that it checks something.
  const other = await runProgram(shell, args, {
    env: { ...rendered, CATALOG: urls.catalog, PUBLIC_URL: 'https://other.example.com' },
  })
  demand(other.code !== 0, 'The script of helm test accepts a wrong public URL.')
}

async function createDatabase(url: string, name: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name} encoding 'UTF8' template template0`)
  await client.end()
  const created = new URL(url)
  created.pathname = `/${name}`
  return created.href
}

function drainSeconds(manifests: readonly Manifest[]): number {
  const { lifecycle } = onlyContainer(serverTemplate(manifests).spec)
  return lifecycle?.preStop.sleep.seconds ?? 0
}
