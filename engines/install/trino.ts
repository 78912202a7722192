import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from '../../conformance/lib/stamp.ts'
import { copyArtifacts } from '../../conformance/lib/maven-artifacts.ts'

const version = '483'

// Artifacts that the Trino server provides to plugins (trino-spi and its dependencies), so the plugin folder must not
// contain them.
const fromServer = [
  'trino-spi',
  'slice',
  'jackson-annotations',
  'opentelemetry-api',
  'opentelemetry-api-incubator',
  'opentelemetry-common',
  'opentelemetry-context',
]

// Source files that a Trino distribution contains but that are not published as Maven artifacts.
const launcher = `package io.trino.server;
public final class TrinoServer {
  public static void main(String[] args) {
    new Server().start("${version}");
  }
}
`
const pluginService = 'io.trino.plugin.iceberg.IcebergPlugin\n'

export interface InstalledTrino {
  readonly version: string
  readonly lib: string
  readonly plugins: string
}

/**
 * Installs a Trino server with only the Iceberg connector. Maven repositories contain no server archive of this
 * version, so it is composed of the library and plugin jars. Needs a JDK 25.
 */
export async function installTrino(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<InstalledTrino> {
  const folder = cacheFolder('engines', 'trino')
  const installed: InstalledTrino = { version, lib: join(folder, 'lib'), plugins: join(folder, 'plugin') }
  const stamp = computeStamp(version, launcher, pluginService, ...fromServer)
  if (isInstalled(folder, stamp)) return installed

  say(`assembling Trino ${version} with Maven (480 MB) …`)
  const jdk = findJdk(25)
  const log = join(folder, 'install.log')
  const build = join(folder, 'build')
  const plugin = join(installed.plugins, 'iceberg')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(plugin, { recursive: true })
  const managedBy = `io.trino:trino-root:${version}`
  await copyArtifacts(keeper, {
    artifacts: [`io.trino:trino-main:${version}`],
    managedBy,
    into: installed.lib,
    pom: join(build, 'server/pom.xml'),
    log,
  })
  await copyArtifacts(keeper, {
    artifacts: [`io.trino:trino-iceberg:${version}`],
    managedBy,
    without: fromServer,
    into: plugin,
    pom: join(build, 'plugin/pom.xml'),
    log,
  })
  const source = write(join(build, 'io/trino/server/TrinoServer.java'), launcher)
  write(join(build, 'service/META-INF/services/io.trino.spi.Plugin'), pluginService)
  const run = (command: 'javac' | 'jar', args: string[]): Promise<void> =>
    keeper.run({ name: command, command: jdkCommand(jdk, command), args, log })
  await run('javac', ['-cp', join(installed.lib, '*'), '-d', join(build, 'classes'), source])
  await run('jar', ['cf', join(installed.lib, 'launcher.jar'), '-C', join(build, 'classes'), '.'])
  await run('jar', ['cf', join(plugin, 'service.jar'), '-C', join(build, 'service'), '.'])
  markInstalled(folder, stamp)
  return installed
}

/** Installs Trino's command line client, which examples use. The scenarios use Trino's HTTP protocol instead. */
export async function installTrinoCli(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  // Last version that Maven repositories contain. It works with newer servers.
  const artifact = 'io.trino:trino-cli:476:jar:executable'
  const folder = cacheFolder('engines', 'trino-cli')
  const stamp = computeStamp(artifact)
  if (!isInstalled(folder, stamp)) {
    say('fetching trino-cli with Maven …')
    mkdirSync(folder, { recursive: true })
    const log = join(folder, 'install.log')
    await copyArtifacts(keeper, { artifacts: [artifact], into: folder, pom: join(folder, 'pom.xml'), log })
    markInstalled(folder, stamp)
  }
  return join(folder, 'trino-cli-476-executable.jar')
}

function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}
