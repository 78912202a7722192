const mmapThreshold = 'MALLOC_MMAP_THRESHOLD_'
const trimThreshold = 'MALLOC_TRIM_THRESHOLD_'

/**
 * Thresholds of glibc's malloc in bytes, see mallopt(3). malloc reads them once, when a process starts. With a
 * smaller `MALLOC_MMAP_THRESHOLD_`, malloc would return more memory to the system, but block the event loop longer
 * (`npm run attack:bodies`).
 */
const settings = { [mmapThreshold]: String(1024 * 1024), [trimThreshold]: String(8 * 1024 * 1024) }

/** Properties of the Node process that `setMallocThresholds` uses. */
export interface ReplaceableProcess {
  readonly platform: string
  readonly env: NodeJS.ProcessEnv
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  /** IPC channel to the parent process. */
  readonly channel?: unknown
  /** Replaces the process image. Absent on Windows and before Node 22.15. */
  readonly execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => unknown
}

/**
 * Restarts the program of this process with fixed thresholds of malloc in its environment (`execve`), if the
 * environment does not contain them. The process id, the streams and the arguments remain the same. The caller must
 * call it before it loads other modules, because the process loses its state.
 *
 * Without fixed thresholds, malloc allocates buffers of up to 32 MiB from its heap after the first large buffer was
 * freed. The heap fragments, and malloc never returns free pages in the middle of the heap to the system: several
 * hundred MiB stay resident after large request bodies (`npm run attack:bodies`).
 *
 * Does nothing on systems other than Linux, in a process that has an IPC channel to its parent, and when the operator
 * has set one of the two variables.
 */
export function setMallocThresholds(server: ReplaceableProcess = process): void {
  const { platform, env, execPath, execArgv, argv, channel } = server
  if (platform !== 'linux' || channel !== undefined || server.execve === undefined) return
  if (env[mmapThreshold] !== undefined || env[trimThreshold] !== undefined) return
  server.execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...settings })
}
