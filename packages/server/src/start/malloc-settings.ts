const mmapThreshold = 'MALLOC_MMAP_THRESHOLD_'
const trimThreshold = 'MALLOC_TRIM_THRESHOLD_'

/**
 * Thresholds of glibc's malloc in bytes, see mallopt(3). They are read once, when a process starts. A
 * smaller first one would return more memory, and hold the event loop longer while it does (`npm run attack:bodies`).
 */
const settings = { [mmapThreshold]: String(1024 * 1024), [trimThreshold]: String(8 * 1024 * 1024) }

/** Properties of the process that are used here. */
export interface ReplaceableProcess {
  readonly platform: string
  readonly env: NodeJS.ProcessEnv
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  /** Channel to the parent process. */
  readonly channel?: unknown
  /** Absent on Windows and before Node 22.15. */
  readonly execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => unknown
}

/**
 * Replaces the image of this process by the same program with fixed thresholds of malloc, if it has none. The process id,
 * its streams and its arguments stay. Call it before other modules are loaded, because the state of the process is lost.
 *
 * Without fixed thresholds, malloc takes buffers of up to 32 MiB from its heap after the first large one was freed. That
 * heap fragments, and free pages in its middle are never returned: several hundred MiB stay resident after large request
 * bodies (`npm run attack:bodies`).
 *
 * Does nothing on systems other than Linux, in a process that has a channel to its parent, and where the operator set one
 * of the two variables.
 */
export function setMallocThresholds(server: ReplaceableProcess = process): void {
  const { platform, env, execPath, execArgv, argv, channel } = server
  if (platform !== 'linux' || channel !== undefined || server.execve === undefined) return
  if (env[mmapThreshold] !== undefined || env[trimThreshold] !== undefined) return
  server.execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...settings })
}
