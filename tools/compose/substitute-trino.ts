import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { checkVersion } from './check-version.ts'
import type { Pod, RunningService } from './substitute.ts'
import type { Service } from './project.ts'

const catalogFolder = '/etc/trino/catalog/'

/** Runs Trino with the catalogs and variables of the service. Waits until it is ready, as the health check of the image does. */
export async function startTrino(pod: Pod, name: string, service: Service): Promise<RunningService> {
  const { keeper, folder, parts } = pod
  checkVersion(service.image, parts.trinoVersion)
  const home = join(folder, name)
  mkdirSync(join(home, 'etc/catalog'), { recursive: true })
  for (const { source, target } of service.volumes ?? []) {
    if (!target.startsWith(catalogFolder)) throw new Error(`The service ${name} mounts ${target}.`)
    copyFileSync(source, join(home, 'etc/catalog', basename(target)))
  }
  writeFileSync(
    join(home, 'etc/config.properties'),
    [
      'coordinator=true',
      'node-scheduler.include-coordinator=true',
      'http-server.http.port=8080',
      'discovery.uri=http://localhost:8080',
      'node.environment=compose',
      'node.id=compose',
      'node.internal-address=127.0.0.1',
      'query.max-memory=600MB',
      'query.max-memory-per-node=400MB',
      `plugin.dir=${parts.trinoPlugins}`,
      '',
    ].join('\n'),
  )
  const java = jdkCommand(findJdk(25), 'java')
  const child = keeper.start({
    name,
    command: java,
    args: [
      '-Xmx1G',
      '-XX:TieredStopAtLevel=1',
      '-Djdk.attach.allowAttachSelf=true',
      '-Dfile.encoding=UTF-8',
      '-Duser.timezone=UTC',
      '--sun-misc-unsafe-memory-access=allow',
      '--enable-native-access=ALL-UNNAMED',
      '--add-modules=jdk.incubator.vector',
      '-cp',
      join(parts.trinoLib, '*'),
      `-Dconfig=${join(home, 'etc/config.properties')}`,
      'io.trino.server.TrinoServer',
    ],
    cwd: home,
    env: service.environment ?? {},
    log: join(folder, `${name}.log`),
  })
  await waitUntilReady(child, isStarted, 300_000)
  return {
    exited: child.exited,
    exec: async ([command, ...args], onLine) => {
      if (command !== 'trino') throw new Error(`${command} has no substitute in ${name}.`)
      const exit = await keeper.runToExit({
        name: 'trino-cli',
        command: java,
        args: ['-jar', parts.trinoCli, ...args],
        log: join(folder, `${name}-exec.log`),
        ...(onLine === undefined ? {} : { onLine }),
      })
      return exit.code
    },
    stop: async () => {
      await child.stop(30_000)
      return child.exited
    },
  }
}

async function isStarted(): Promise<boolean> {
  const response = await fetch('http://localhost:8080/v1/info', { signal: AbortSignal.timeout(5_000) })
  return ((await response.json()) as { readonly starting?: boolean }).starting === false
}
