import { join } from 'node:path'
import { freePort } from '../../conformance/lib/free-port.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { installTrino } from '../install/trino.ts'
import type { EngineAccess, EngineStorage } from '../lib/access.ts'
import type { Engine, EngineSettings } from '../lib/engine.ts'
import { isStarted, trinoCommand, writeProperties, writeSettings } from './node.ts'
import { runStatement } from './statement.ts'

/** Starts a Trino server with one node, with all catalogs of the settings. */
export async function startTrino(settings: EngineSettings): Promise<Engine> {
  const installed = await installTrino(settings.keeper, settings.say)
  const port = await freePort()
  const home = join(settings.folder, 'trino')
  writeSettings(home, installed, port)
  for (const [name, access] of Object.entries({ ice: settings.access, ...settings.others }))
    writeCatalog(home, name, access)
  const child = settings.keeper.start({
    name: 'trino',
    ...trinoCommand(installed, home),
    // Trino reads its catalogs from etc/catalog in the working directory.
    cwd: home,
    log: join(settings.folder, 'trino.log'),
  })
  const origin = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => isStarted(origin), 180_000)
  return {
    name: 'trino',
    version: installed.version,
    sql: (statement, user = 'engines') => runStatement(origin, statement, { catalog: 'ice', user }),
    call: () => Promise.reject(new Error('Trino can run only SQL steps')),
    stop: () => child.stop(),
  }
}

function writeCatalog(home: string, name: string, access: EngineAccess): void {
  writeProperties(join(home, `etc/catalog/${name}.properties`), {
    ...trinoCatalog(access),
    // Allows scenarios to set any table property.
    'iceberg.allowed-extra-properties': '*',
    ...registering(access.storage),
    ...access.trino,
  })
}

/** Returns the Trino settings of one catalog. */
export function trinoCatalog(access: EngineAccess): Record<string, string> {
  return {
    'connector.name': 'iceberg',
    'iceberg.catalog.type': 'rest',
    'iceberg.rest-catalog.uri': access.uri,
    ...(access.warehouse === undefined ? {} : { 'iceberg.rest-catalog.warehouse': access.warehouse }),
    'iceberg.rest-catalog.nested-namespace-enabled': 'true',
    ...authentication(access),
    ...fileSystem(access.storage),
    ...signing(access.auth),
  }
}

// Trino signs its requests to the catalog with the keys of its S3 file system. For the files of tables, vended
// credentials replace these keys.
function signing(auth: EngineAccess['auth']): Record<string, string> {
  if (auth.kind !== 'access-key') return {}
  return { 's3.aws-access-key': auth.accessKeyId, 's3.aws-secret-key': auth.secretAccessKey }
}

function authentication({ auth }: EngineAccess): Record<string, string> {
  const oauth2 = 'iceberg.rest-catalog.oauth2'
  if (auth.kind === 'none') return {}
  if (auth.kind === 'access-key') return { 'iceberg.rest-catalog.security': 'SIGV4' }
  const security = { 'iceberg.rest-catalog.security': 'OAUTH2' }
  if (auth.kind === 'token') return { ...security, [`${oauth2}.token`]: auth.token }
  return {
    ...security,
    [`${oauth2}.credential`]: auth.credential,
    [`${oauth2}.scope`]: auth.scope,
    [`${oauth2}.server-uri`]: auth.tokenUri,
  }
}

function fileSystem(storage: EngineStorage): Record<string, string> {
  // Trino resolves `file:` locations below this folder, so with the root folder they are absolute paths.
  if (storage.kind === 'file') return { 'fs.local.enabled': 'true', 'local.location': '/' }
  return {
    'fs.s3.enabled': 'true',
    's3.endpoint': storage.endpoint,
    's3.region': storage.region,
    's3.path-style-access': 'true',
    // Trino takes only keys from the catalog, so its settings must contain the endpoint, the region and the path
    // style.
    ...readKeys(storage),
  }
}

// Trino does not start if this property is set together with vended credentials.
function registering({ kind }: EngineStorage): Record<string, string> {
  return kind === 'vended' ? {} : { 'iceberg.register-table-procedure.enabled': 'true' }
}

function readKeys(storage: Exclude<EngineStorage, { kind: 'file' }>): Record<string, string> {
  if (storage.kind === 'vended') return { 'iceberg.rest-catalog.vended-credentials-enabled': 'true' }
  return {
    's3.aws-access-key': storage.accessKeyId,
    's3.aws-secret-key': storage.secretAccessKey,
  }
}
