import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../conformance/lib/free-port.ts'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { installTrino, type InstalledTrino } from '../install/trino.ts'
import type { EngineAccess, EngineStorage } from '../lib/access.ts'
import type { Engine, EngineSettings } from '../lib/engine.ts'
import { runStatement } from './statement.ts'

/** Starts a Trino server of one node with the catalogs by their names. */
export async function startTrino(settings: EngineSettings): Promise<Engine> {
  const installed = await installTrino(settings.keeper, settings.say)
  const port = await freePort()
  const home = join(settings.folder, 'trino')
  writeSettings(home, installed, port)
  for (const [name, access] of Object.entries({ ice: settings.access, ...settings.others }))
    writeCatalog(home, name, access)
  const child = settings.keeper.start({
    name: 'trino',
    command: jdkCommand(findJdk(25), 'java'),
    args: [
      '-Xmx1G',
      '-XX:TieredStopAtLevel=1',
      '-XX:ReservedCodeCacheSize=256M',
      '-XX:+ExitOnOutOfMemoryError',
      '-XX:+EnableDynamicAgentLoading',
      '-Djdk.attach.allowAttachSelf=true',
      '-Djdk.nio.maxCachedBufferSize=2000000',
      '-Dfile.encoding=UTF-8',
      '-Duser.timezone=UTC',
      '--sun-misc-unsafe-memory-access=allow',
      '--enable-native-access=ALL-UNNAMED',
      '--add-modules=jdk.incubator.vector',
      '-cp',
      join(installed.lib, '*'),
      `-Dconfig=${join(home, 'etc/config.properties')}`,
      'io.trino.server.TrinoServer',
    ],
    // catalogs are read from etc/catalog of the working directory
    cwd: home,
    log: join(settings.folder, 'trino.log'),
  })
  const origin = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => isStarted(origin), 180_000)
  return {
    name: 'trino',
    version: installed.version,
    sql: (statement, user = 'engines') => runStatement(origin, statement, { catalog: 'ice', user }),
    call: () => Promise.reject(new Error('Trino steps are SQL')),
    stop: () => child.stop(),
  }
}

async function isStarted(origin: string): Promise<boolean> {
  const response = await fetch(`${origin}/v1/info`, { signal: AbortSignal.timeout(5_000) })
  const info = (await response.json()) as { starting?: boolean }
  return info.starting === false
}

function writeSettings(home: string, installed: InstalledTrino, port: number): void {
  mkdirSync(join(home, 'etc/catalog'), { recursive: true })
  writeProperties(join(home, 'etc/config.properties'), {
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'http-server.http.port': String(port),
    'http-server.threads.max': '60',
    'discovery.uri': `http://127.0.0.1:${port}`,
    'node.internal-address': '127.0.0.1',
    'node.bind-ip': '127.0.0.1',
    'node.environment': 'engines',
    'node.id': 'engines',
    'query.max-memory': '600MB',
    'query.max-memory-per-node': '400MB',
    'task.concurrency': '2',
    'task.max-worker-threads': '4',
    'plugin.dir': installed.plugins,
    'log.levels-file': join(home, 'etc/log.properties'),
  })
  writeProperties(join(home, 'etc/log.properties'), {
    'io.trino': 'WARN',
    'io.airlift': 'WARN',
    'io.trino.server.Server': 'INFO',
  })
}

function writeCatalog(home: string, name: string, access: EngineAccess): void {
  writeProperties(join(home, `etc/catalog/${name}.properties`), {
    ...trinoCatalog(access),
    // tests ask for what they like
    'iceberg.allowed-extra-properties': '*',
    ...registering(access.storage),
    ...access.trino,
  })
}

/** Returns the settings of one catalog. */
export function trinoCatalog(access: EngineAccess): Record<string, string> {
  return {
    'connector.name': 'iceberg',
    'iceberg.catalog.type': 'rest',
    'iceberg.rest-catalog.uri': access.uri,
    ...(access.warehouse === undefined ? {} : { 'iceberg.rest-catalog.warehouse': access.warehouse }),
    'iceberg.rest-catalog.nested-namespace-enabled': 'true',
    ...authentication(access),
    ...fileSystem(access.storage),
  }
}

function authentication({ auth }: EngineAccess): Record<string, string> {
  const oauth2 = 'iceberg.rest-catalog.oauth2'
  if (auth.kind === 'none') return {}
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
  // the local file system resolves file: locations below this folder, hence the root folder
  if (storage.kind === 'file') return { 'fs.local.enabled': 'true', 'local.location': '/' }
  return {
    'fs.s3.enabled': 'true',
    's3.endpoint': storage.endpoint,
    's3.region': storage.region,
    's3.path-style-access': 'true',
    // keys, which it takes from the catalog, are all that it takes from there
    ...readKeys(storage),
  }
}

// it does not start with this and vended credentials together
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

function writeProperties(file: string, properties: Readonly<Record<string, string>>): void {
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
}
