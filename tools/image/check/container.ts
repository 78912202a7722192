import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KeptProcess, ProcessExit, ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import type { UnpackedImage } from './unpack-image.ts'

/** Options of {@link startContainer}. */
export interface ContainerOptions {
  readonly name: string
  readonly log: string
  /** Command that the container runs in place of the command of the image. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /**
   * Local folders and files that are mounted in the container, keyed by their path there. The container can write to
   * them.
   */
  readonly mounts?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** Running program in the root file system of an image. */
export interface Container {
  readonly process: KeptProcess
  /** Sends SIGTERM to the first process of the container, and waits until the container ends. */
  readonly terminate: () => Promise<ProcessExit>
}

/**
 * Shell script that mounts the root file system read-only, and then executes the program, which has the process id 1
 * in the container.
 */
const script = `set -e
root=$1; shift
mount --bind "$root" "$root"
while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; shift 2; done
shift
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -m 1777 "$root/dev/shm"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/dev/shm"
mount -o remount,bind,ro "$root"
exec env -i "$@"
`

/**
 * Runs the program of an image like a container runtime: as the user of the image, in separate process and mount
 * namespaces, with a read-only root file system, an empty `/tmp`, and no environment variables of this machine. The
 * program uses the network of this process.
 */
export function startContainer(
  keeper: ProcessKeeper,
  { root, settings }: UnpackedImage,
  options: ContainerOptions,
): Container {
  const { name, log, mounts = {}, command = settings.Cmd, onLine } = options
  for (const [path, from] of Object.entries(mounts)) createMountPoint(join(root, path), from)
  const binds = Object.entries(mounts).flatMap(([path, from]) => [from, path])
  const variables = { ...Object.fromEntries(settings.Env.map(toEntry)), ...options.env }
  const environment = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
  const child = keeper.start({
    name,
    command: 'env',
    args: [
      '-i',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      'unshare',
      '--mount',
      '--pid',
      '--ipc',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      script,
      'sh',
      root,
      ...binds,
      '--',
      ...environment,
      '/usr/bin/setpriv',
      '--no-new-privs',
      '/usr/sbin/chroot',
      `--userspec=${settings.User}`,
      root,
      ...settings.Entrypoint,
      ...command,
    ],
    log,
    ...(onLine === undefined ? {} : { onLine }),
  })
  return {
    process: child,
    terminate: async () => {
      process.kill(firstProcess(child.pid), 'SIGTERM')
      return child.exited
    },
  }
}

/** Creates an empty folder or file as a mount point. It must exist before the root file system becomes read-only. */
function createMountPoint(path: string, from: string): void {
  if (existsSync(path)) return
  if (statSync(from).isDirectory()) {
    mkdirSync(path, { recursive: true })
    return
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
}

function toEntry(variable: string): readonly [string, string] {
  const at = variable.indexOf('=')
  return [variable.slice(0, at), variable.slice(at + 1)]
}

/** Returns the process id, on this machine, of the first process in the namespace that `unshare` has created. */
function firstProcess(unshare: number): number {
  const children = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim()
  if (!/^\d+$/.test(children)) throw new Error('The container has not started, or has ended.')
  return Number(children)
}
