import { join } from 'node:path'
import { startContainer } from '../image/check/container.ts'
import type { Pod, RunningService } from './substitute.ts'
import type { Service } from './project.ts'

/** Runs the program of the Headgate image in the root file system of the image, as the user of the image. */
export async function startHeadgate(pod: Pod, name: string, service: Service): Promise<RunningService> {
  const { keeper, image, folder, hosts, volume } = pod
  if (service.read_only !== true) throw new Error(`The service ${name} must set read_only: true.`)
  const mounts = (service.volumes ?? []).map(({ type, source, target }) => [
    target,
    type === 'volume' ? volume(source) : source,
  ])
  const options = {
    mounts: { ...(Object.fromEntries(mounts) as Record<string, string>), '/etc/hosts': hosts },
    env: service.environment ?? {},
  }
  const entrypoint = service.entrypoint ?? image.settings.Entrypoint
  const container = startContainer(
    keeper,
    { ...image, settings: { ...image.settings, Entrypoint: entrypoint } },
    {
      ...options,
      name,
      log: join(folder, `${name}.log`),
      command: service.command ?? image.settings.Cmd,
    },
  )
  return {
    exited: container.process.exited,
    exec: async (command, onLine) => {
      const { process } = startContainer(
        keeper,
        { ...image, settings: { ...image.settings, Entrypoint: [] } },
        {
          ...options,
          name: `exec in ${name}`,
          log: join(folder, `${name}-exec.log`),
          command,
          ...(onLine === undefined ? {} : { onLine }),
        },
      )
      return (await process.exited).code
    },
    stop: () => container.terminate(),
  }
}
