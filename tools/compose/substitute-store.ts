import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startContainer } from '../image/check/container.ts'
import { checkVersion } from './check-version.ts'
import { storeVersion } from './install-parts.ts'
import type { Pod, RunningService } from './substitute.ts'
import type { Service } from './project.ts'

/** Local folders with the programs `sh`, `mkdir` and `wget`, which the image has from Alpine Linux. */
const shared = ['/usr', '/bin', '/lib', '/lib64']

/**
 * Runs the S3 store in a root file system that contains local programs. The store is built from source, in the version
 * of the image.
 */
export async function startStore(pod: Pod, name: string, service: Service): Promise<RunningService> {
  const { keeper, folder, parts, volume } = pod
  checkVersion(service.image, storeVersion)
  const root = join(folder, `${name}-root`)
  for (const path of ['versity', 'tmp', 'proc', 'dev']) mkdirSync(join(root, path), { recursive: true })
  copyFileSync(parts.versitygw, join(root, 'versity/versitygw'))
  const settings = {
    User: '0:0',
    Env: ['PATH=/versity:/usr/bin:/bin'],
    Entrypoint: [],
    Cmd: [],
    WorkingDir: '/',
  }
  const volumes = (service.volumes ?? []).map(({ source, target }) => [target, volume(source)] as const)
  const start = (command: readonly string[], log: string): ReturnType<typeof startContainer> =>
    startContainer(
      keeper,
      { root, settings },
      {
        name,
        log: join(folder, log),
        command,
        env: service.environment ?? {},
        mounts: Object.fromEntries([...shared.map((path) => [path, path] as const), ...volumes]),
      },
    )
  if (service.entrypoint === null) throw new Error(`The service ${name} must set an entrypoint.`)
  const container = start([...service.entrypoint, ...(service.command ?? [])], `${name}.log`)
  return {
    exited: container.process.exited,
    exec: async (command) => (await start(command, `${name}-exec.log`).process.exited).code,
    stop: () => container.terminate(),
  }
}
