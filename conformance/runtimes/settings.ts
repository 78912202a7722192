import { createHash } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadNodeLance, range, readRows } from '../lance-client/node-lance.ts'
import { catalogUri, tokenUri, type HeadgateServer } from '../lib/headgate-server.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { Installed } from '../published/checks.ts'

/**
 * Returns the settings for the programs: the addresses of the servers, requests to sign, and the signatures that Node
 * computes for these requests.
 */
export async function settingsFor(
  keeper: ProcessKeeper,
  { run, packages }: Installed,
  headgate: HeadgateServer,
  lance: string,
): Promise<Readonly<Record<string, unknown>>> {
  const tokenFile = join(run, 'token')
  writeFileSync(tokenFile, 'kept\n', { mode: 0o600 })
  return {
    iceberg: {
      uri: catalogUri(headgate),
      warehouse: 'lakehouse',
      properties: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': tokenUri(headgate),
        'rest.auth.oauth2.scope': 'catalog',
        credential: headgate.adminCredential,
      },
    },
    lance: {
      uri: 'BASE/lance',
      rows: Buffer.from(readRows(loadNodeLance(lance), range(0, 10))).toString('base64'),
    },
    signed: await signedByNode(keeper, run),
    tokenFile,
    printToken: 'echo printed',
    files: packages.flatMap(({ folder }) =>
      readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.js'))
        .map((name) => pathToFileURL(join(folder, 'dist', name)).href),
    ),
  }
}

async function signedByNode(keeper: ProcessKeeper, run: string): Promise<unknown> {
  const body = '{"name":"Grüße"}'
  const request = {
    method: 'POST',
    target: "/prod/v1/namespaces/a%20b%1Fc+d/tables/it's?x=%C3%BC&a=1&a=%2B",
    headers: [
      ['host', 'abc.execute-api.eu-central-1.amazonaws.com'],
      ['content-type', 'application/json'],
      ['x-team', '  core   team '],
    ],
  }
  const options = {
    credentials: {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      sessionToken: 'session/token+==',
    },
    region: 'eu-central-1',
    service: 'execute-api',
    date: '2026-07-01T12:00:00.000Z',
    payloadHash: createHash('sha256').update(body).digest('hex'),
  }
  const lines: string[] = []
  await keeper.run({
    name: 'node',
    command: process.execPath,
    args: ['sign-with-node.mjs', JSON.stringify({ request, options })],
    cwd: run,
    log: join(run, 'sign-with-node.log'),
    timeoutMs: 30_000,
    onLine: (line) => lines.push(line),
  })
  return { request, options, body, expected: JSON.parse(lines.join('\n')) as unknown }
}
