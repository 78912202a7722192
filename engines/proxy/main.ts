import { equal, ok } from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installDuckDb } from '../install/duckdb.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import { installSpark } from '../install/spark.ts'
import { startReferenceServer } from '../../conformance/lance-client/reference-server.ts'
import { leaveNothing, toMessage, printed, runCommand, say } from '../../conformance/lib/command.ts'
import { catalogUri, startHeadgate, tokenUri } from '../../conformance/lib/headgate-server.ts'
import { startIcebergFixture } from '../../conformance/lib/iceberg-fixture.ts'
import { installLance } from '../../conformance/lib/lance.ts'
import { cacheFolder, newRunFolder } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { startFront, type Front } from '../../conformance/lib/signed-front.ts'
import { seconds } from '../../conformance/lib/text-table.ts'
import { installKit } from '../../conformance/rck/install.ts'
import { installBotocore } from '../../conformance/sigv4/install.ts'
import {
  clientRunner,
  duckDb,
  nodeLance,
  pyIceberg,
  pythonLance,
  signingPyIceberg,
  signingSpark,
  spark,
  type ClientRun,
  type Programs,
} from './clients.ts'
import { refreshLeadsBack } from './refresh-leads-back.ts'
import { startProxy } from './start-proxy.ts'

const usage = `npm run test:proxy [-- --without-spark]

Runs stock clients through \`headgate proxy\` with servers whose signatures botocore verifies, and with a Headgate server.
  --without-spark   runs only PyIceberg and LanceDB, in less than a minute`

/** Test of one client: the servers through which its requests pass, and the expected result. */
interface Row {
  readonly name: string
  readonly run: ClientRun
  /**
   * Server in front of the catalog that verifies signatures. Undefined if the catalog itself authenticates the
   * requests.
   */
  readonly front?: Front
  /** Number of rows that the client must read, or undefined if all its requests must be refused. */
  readonly rows: number | undefined
  /**
   * Requests that the front server must refuse because they have no valid signature. `before the front` means that the
   * proxy refuses all requests, so that none reaches the front server.
   */
  readonly refused: 'none' | 'all' | 'before the front'
}

/** Runs the tests. Returns the exit code: 0 if all passed, 1 if one failed, 2 if the suite could not run. */
async function main(withSpark: boolean): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('proxy-run'))
  const { python: lance, node } = await installLance(keeper, say)
  const programs: Programs = {
    pyiceberg: await installPyIceberg(keeper, say),
    botocore: await installBotocore(keeper, say),
    duckdb: await installDuckDb(keeper, say),
    lance,
    nodeLance: node,
    spark: withSpark ? await installSpark(keeper, say) : undefined,
  }
  const { jars } = await installKit(keeper, say)
  const root = join(folder, 'lance')
  mkdirSync(root)
  const storage = { kind: 'file', root: join(folder, 'warehouse') } as const
  const { access } = await startIcebergFixture(keeper, { jars, folder: join(folder, 'fixture'), storage })
  const reference = await startReferenceServer(keeper, 'reference', {
    python: lance,
    folder,
    properties: { root },
  })
  const python = programs.botocore
  const fronts = {
    iceberg: await startFront(keeper, 'front-iceberg', { upstream: access.uri, python, folder }),
    lance: await startFront(keeper, 'front-lance', { upstream: reference, python, folder }),
  }
  const proxies = {
    iceberg: await startProxy(keeper, 'proxy-iceberg', { upstream: fronts.iceberg.url, folder }),
    lance: await startProxy(keeper, 'proxy-lance', { upstream: fronts.lance.url, folder }),
    shared: await startProxy(keeper, 'proxy-shared', { upstream: fronts.iceberg.url, folder, shared: true }),
    sharedLance: await startProxy(keeper, 'proxy-shared-lance', {
      upstream: fronts.lance.url,
      folder,
      shared: true,
    }),
  }
  const headgate = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
  })
  const toHeadgate = await startProxy(keeper, 'proxy-headgate', {
    upstream: catalogUri(headgate),
    folder,
    properties: {
      credential: headgate.adminCredential,
      scope: 'catalog',
      'oauth2-server-uri': tokenUri(headgate),
    },
  })
  const run = clientRunner(keeper, folder)
  const noop = { auth: { type: 'noop' } }
  const key = { 'x-api-key': proxies.sharedLance.secret ?? '' }
  const fixture = { uri: toHeadgate.url, warehouse: 'lakehouse' }
  const rows: Row[] = [
    iceberg(
      'duckdb through the proxy to Headgate',
      duckDb(programs.duckdb, fixture.uri, fixture.warehouse),
      9,
      null,
    ),
    iceberg(
      'pyiceberg through the proxy to Headgate',
      pyIceberg(programs.pyiceberg, { ...fixture, ...noop }),
      15,
      null,
    ),
    iceberg(
      'pyiceberg through the proxy',
      pyIceberg(programs.pyiceberg, { uri: proxies.iceberg.url, ...noop }),
      15,
    ),
    iceberg(
      'pyiceberg through the proxy of a shared machine',
      pyIceberg(programs.pyiceberg, { uri: proxies.shared.url, token: proxies.shared.secret }),
      15,
    ),
    {
      ...iceberg(
        'pyiceberg is refused without the secret of a shared machine',
        pyIceberg(programs.pyiceberg, { uri: proxies.shared.url, ...noop }),
      ),
      refused: 'before the front',
    },
    iceberg(
      'pyiceberg with its own signatures',
      signingPyIceberg(programs, fronts.iceberg.url, sitePackages(python)),
      15,
    ),
    iceberg(
      'pyiceberg is refused without signatures',
      pyIceberg(programs.pyiceberg, { uri: fronts.iceberg.url, ...noop }),
    ),
    lancedb('lancedb for python and pylance through the proxy', pythonLance(lance, proxies.lance.url), 20),
    lancedb('lancedb for python on a shared machine', pythonLance(lance, proxies.sharedLance.url, key), 20),
    lancedb('lancedb for node through the proxy', nodeLance(node, proxies.lance.url), 20),
    lancedb('lancedb for node on a shared machine', nodeLance(node, proxies.sharedLance.url, key), 20),
    lancedb('lancedb is refused without signatures', nodeLance(node, fronts.lance.url)),
  ]
  if (programs.spark !== undefined) {
    const shared = { 'rest.auth.type': 'none', 'header.x-api-key': proxies.shared.secret ?? '' }
    rows.push(
      iceberg(
        'spark through the proxy',
        spark(programs.spark, proxies.iceberg.url, { 'rest.auth.type': 'none' }),
        19,
      ),
      iceberg(
        'spark through the proxy of a shared machine',
        spark(programs.spark, proxies.shared.url, shared),
        19,
      ),
      iceberg(
        'spark through the proxy to Headgate',
        spark(programs.spark, fixture.uri, {
          warehouse: fixture.warehouse,
          'rest.auth.type': 'none',
          'header.X-Iceberg-Access-Delegation': 'vended-credentials',
        }),
        19,
        null,
      ),
      iceberg('spark with its own signatures', spark(programs.spark, fronts.iceberg.url, signingSpark), 19),
    )
  }
  let failed = 0
  for (const row of rows) {
    const started = Date.now()
    try {
      const detail = await check(row, run)
      console.log(`ok    ${row.name} (${detail}, ${seconds(Date.now() - started)})`)
    } catch (error) {
      failed++
      console.log(`FAIL  ${row.name}: ${toMessage(error)}; logs in ${folder}`)
    }
  }
  try {
    await refreshLeadsBack(toHeadgate.url)
    console.log('ok    storage credentials are renewed through the proxy')
  } catch (error) {
    failed++
    console.log(`FAIL  storage credentials are renewed through the proxy: ${String(error)}`)
  }
  if (failed > 0) return 1
  return await leaveNothing(keeper, folder)

  function iceberg(
    name: string,
    client: ClientRun,
    seen?: number,
    front: Front | null = fronts.iceberg,
  ): Row {
    const refused = seen === undefined ? 'all' : 'none'
    return { name, run: client, rows: seen, refused, ...(front === null ? {} : { front }) }
  }
  function lancedb(name: string, client: ClientRun, seen?: number): Row {
    return {
      name,
      run: client,
      front: fronts.lance,
      rows: seen,
      refused: seen === undefined ? 'all' : 'none',
    }
  }
}

async function check(
  { name, run, front, rows, refused }: Row,
  client: (name: string, run: ClientRun) => Promise<number>,
): Promise<string> {
  front?.take()
  const seen = await client(name.replaceAll(' ', '-'), run).catch((error: unknown) => {
    if (rows !== undefined) throw error
  })
  equal(seen, rows)
  if (front === undefined) return 'a catalog that requires tokens'
  const came = front.take()
  if (refused === 'none') {
    equal(came.refused.join(', '), '')
    ok(came.signed.length > 0, 'no request reached the catalog through the front')
  } else {
    equal(came.signed.length, 0)
    equal(came.refused.length > 0, refused === 'all')
  }
  return `${came.signed.length} requests signed, ${came.refused.length} refused`
}

/** Returns the folder of the packages in a Python virtual environment. */
function sitePackages(python: string): string {
  const lib = join(dirname(dirname(python)), 'lib')
  const version = readdirSync(lib).find((name) => name.startsWith('python'))
  return join(lib, version ?? '', 'site-packages')
}

await runCommand('test:proxy', async ([option, ...more]) => {
  if (more.length > 0 || (option !== undefined && option !== '--without-spark')) return printed(usage)
  return await main(option === undefined)
})
