import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import type { InstalledTrino } from '../install/trino.ts'

/**
 * Returns the command that starts a Trino server with one node. The command must run in `home`, and reads the settings
 * in `home/etc`.
 */
export function trinoCommand(
  installed: InstalledTrino,
  home: string,
): { readonly command: string; readonly args: readonly string[] } {
  return {
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
  }
}

/** Writes the settings of a Trino server with one node, not including its catalogs. */
export function writeSettings(home: string, installed: InstalledTrino, port: number): void {
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

/** Returns whether a Trino server has completed its start and accepts statements. */
export async function isStarted(origin: string): Promise<boolean> {
  const response = await fetch(`${origin}/v1/info`, { signal: AbortSignal.timeout(5_000) })
  const info = (await response.json()) as { readonly starting?: boolean }
  return info.starting === false
}

/** Writes a file with one property `NAME=VALUE` in each line. */
export function writeProperties(file: string, properties: Readonly<Record<string, string>>): void {
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
}
