import { copyFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { isStarted, trinoCommand, writeSettings } from '../../engines/trino/node.ts'
import { checkVersion } from './check-version.ts'
import type { Pod, RunningService } from './substitute.ts'
import type { Service } from './project.ts'

const catalogFolder = '/etc/trino/catalog/'
/** Port on which Trino listens in its container image. */
const port = 8080

/**
 * Runs Trino with the catalogs and the environment of the service, and waits until it is ready, like the health check
 * of the image.
 */
export async function startTrino(pod: Pod, name: string, service: Service): Promise<RunningService> {
  const { keeper, folder, parts } = pod
  checkVersion(service.image, parts.trino.version)
  const home = join(folder, name)
  writeSettings(home, parts.trino, port)
  for (const { source, target } of service.volumes ?? []) {
    if (!target.startsWith(catalogFolder))
      throw new Error(
        `The service ${name} mounts ${target}. Only mounts below ${catalogFolder} have a substitute in tools/compose.`,
      )
    copyFileSync(source, join(home, 'etc/catalog', basename(target)))
  }
  const child = keeper.start({
    name,
    ...trinoCommand(parts.trino, home),
    cwd: home,
    env: service.environment ?? {},
    log: join(folder, `${name}.log`),
  })
  await waitUntilReady(child, () => isStarted(`http://127.0.0.1:${port}`), 300_000)
  return {
    exited: child.exited,
    exec: async ([command, ...args], onLine) => {
      if (command !== 'trino')
        throw new Error(`The command ${command} has no substitute in the service ${name}. Use trino.`)
      const exit = await keeper.runToExit({
        name: 'trino-cli',
        command: jdkCommand(findJdk(25), 'java'),
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
