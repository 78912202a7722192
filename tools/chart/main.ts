import { parseArgs } from 'node:util'
import { leaveNothing, printed, runCommand, say } from '../../conformance/lib/command.ts'
import { newRunFolder } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { seconds } from '../../conformance/lib/text-table.ts'
import { checkAlerts } from './check-alerts.ts'
import { installOnCluster } from './cluster/install-on-cluster.ts'
import { installTools, type Tools } from './install-tools.ts'
import { lintChart } from './lint-chart.ts'
import { packageChart } from './package-chart.ts'
import { refuseWrongValues } from './refuse-wrong-values.ts'
import { serveRendered } from './serve-rendered.ts'
import { runSteps, type Step } from './steps.ts'
import { toolFolder } from './tool-folder.ts'
import { validateExample } from './validate-example.ts'
import { validateManifests } from './validate-manifests.ts'

const usage = `npm run chart:check -- [options]

Checks the Helm chart in deploy/chart/headgate and the alert rules in deploy/monitoring:

  lint        helm lint for each file ci/*-values.yaml
  validate    renders each of them, and validates the manifests without a cluster (kubectl-validate)
  example     the same with the values and the manifests of examples/kubernetes
  refuse      the values in tools/chart/wrong-values.yaml are refused, with a message that names them
  package     the package of the chart contains its files, and no files of the checks
  alerts      promtool checks the alert rules and runs their tests
  serve       runs the server with the environment that each value file renders, with its probes and helm test
  cluster     installs, upgrades and uninstalls the chart at a real API server of Kubernetes (without nodes)

  --quick     leave out cluster, and serve with two of the value files
  --json      print the results as one JSON document
  --help

Needs Go 1.26 and openssl. The first run builds helm, kubectl-validate and promtool, without --quick also the API server,
which takes minutes.
Exit codes: 0 no faults, 1 faults, 2 the check could not run.`

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(toolFolder('run'))
  const tools = await installTools(keeper, say)
  const steps = [
    ...offlineSteps(tools, folder),
    ...serverSteps(tools, { keeper, folder, isQuick: values.quick }),
  ]
  const started = performance.now()
  const results = await runSteps(steps, values.json ? say : console.log)
  const failed = results.filter(({ outcome }) => outcome === 'failed').length
  if (values.json) console.log(JSON.stringify(results, null, 2))
  else
    console.log(
      `${results.length - failed} passed, ${failed} failed (${seconds(performance.now() - started)})`,
    )
  if (failed === 0) return leaveNothing(keeper, folder)
  say(`files of the run: ${folder}`)
  return 1
}

function offlineSteps(tools: Tools, folder: string): readonly Step[] {
  return [
    { name: 'lint', run: () => lintChart(tools) },
    { name: 'validate', run: () => validateManifests(tools, folder) },
    { name: 'example', run: () => validateExample(tools, folder) },
    { name: 'refuse', run: () => refuseWrongValues(tools, folder) },
    { name: 'package', run: () => packageChart(tools, folder) },
    { name: 'alerts', run: () => checkAlerts(tools) },
  ]
}

/** Files of values for a quick run: one with all options, and one with as few options as possible. */
const quickValues = ['production', 'catalog-only']

interface ServerOptions {
  readonly keeper: ProcessKeeper
  readonly folder: string
  readonly isQuick: boolean
}

function serverSteps(tools: Tools, { keeper, folder, isQuick }: ServerOptions): readonly Step[] {
  const only = isQuick ? { only: quickValues } : {}
  const serve = { name: 'serve', run: () => serveRendered(tools, { keeper, folder, ...only }) }
  const cluster = { name: 'cluster', run: () => installOnCluster(tools, keeper, folder) }
  return isQuick ? [serve] : [serve, cluster]
}

await runCommand('chart:check', main)
