import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { startHeadgate } from '../../conformance/lib/headgate-server.ts'
import { startIssuer } from '../../conformance/lib/issuer.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { Example } from './example.ts'

/** Settings of the server in `values.yaml` of the Helm chart. */
interface Values {
  readonly issuers: readonly { readonly issuer: string; readonly audience: string }[]
  readonly settings: Readonly<Record<string, string>>
}

export const kubernetesExample: Example = {
  name: 'kubernetes',
  quick: false,
  async prepare({ keeper, say }) {
    return { env: { PYTHON: await installPyIceberg(keeper, say) } }
  },
  /** Runs the program of the Kubernetes job against a local server with the settings in `values.yaml`. */
  async run({ keeper, folder }, { env = {} }) {
    await using issuer = await startIssuer()
    const example = join(folder, 'examples/kubernetes')
    const read = (name: string): string => readFileSync(join(example, name), 'utf8')
    const { issuers, settings } = parse(read('values.yaml')) as Values
    const [cluster] = issuers
    const storage = settings['HEADGATE_FILE_ROOTS']
    if (cluster === undefined || storage === undefined)
      throw new Error('values.yaml has no issuer, or no HEADGATE_FILE_ROOTS.')
    const own = join(folder, 'lakehouse')
    mkdirSync(own)
    const root = pathToFileURL(own).href
    // Replaces the issuer and the volume of the cluster with those of this machine.
    const here = (text: string): string =>
      text.replaceAll(cluster.issuer, issuer.issuer).replaceAll(storage, root)
    const server = await startHeadgate(keeper, {
      dataDir: join(folder, '.headgate'),
      log: join(folder, 'headgate.log'),
      env: { HEADGATE_FILE_ROOTS: root, HEADGATE_ISSUERS: here(JSON.stringify(issuers)) },
    })
    const setup = join(folder, 'setup.yaml')
    writeFileSync(setup, here(read('setup.yaml')))
    const run = (name: string, command: string, args: readonly string[]): Promise<void> =>
      keeper.run({
        name,
        command,
        args,
        cwd: folder,
        env: {
          HEADGATE_URL: server.origin,
          HEADGATE_DATA_DIR: server.dataDir,
          TOKEN_FILE: join(folder, 'token'),
        },
        log: join(folder, `${name}.log`),
        timeoutMs: 120_000,
      })
    const cli = join(repositoryRoot, 'packages/cli/bin/headgate.cjs')
    await run('headgate-apply', process.execPath, [cli, 'apply', '-f', setup])
    const claims = { sub: 'system:serviceaccount:default:etl', aud: [cluster.audience] }
    writeFileSync(join(folder, 'token'), issuer.sign(claims, { typ: 'JWT' }))
    await run('orders', env['PYTHON'] ?? 'python3', [join(example, 'orders.py')])
    const printed = readFileSync(join(folder, 'orders.log'), 'utf8')
    if (!printed.includes('orders: 2\n')) throw new Error(`orders.py printed:\n${printed}`)
  },
}
