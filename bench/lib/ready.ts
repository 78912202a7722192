import type { KeptProcess, ProcessKeeper, StartOptions } from '../../conformance/lib/process-keeper.ts'

/** Running server that accepts requests at its origin, `http://host:port`. */
export interface Started {
  readonly origin: string
  readonly process: KeptProcess
}

/**
 * Starts a program and waits until it prints the line `ready http://…`. Returns the program with the origin
 * of this URL.
 */
export async function startReady(
  keeper: ProcessKeeper,
  options: Omit<StartOptions, 'onLine'>,
  timeoutMs = 90_000,
): Promise<Started> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  const child = keeper.start({
    ...options,
    onLine: (line) => {
      const url = line.startsWith('ready ') ? /https?:\/\/[^\s"]+/.exec(line)?.[0] : undefined
      if (url !== undefined) resolve(new URL(url).origin)
    },
  })
  const timer = setTimeout(
    () => reject(new Error(`${options.name} was not ready after ${timeoutMs / 1000} s; see ${options.log}`)),
    timeoutMs,
  )
  child.exited.then(
    (exit) => reject(new Error(`${options.name} ended (${exit.signal ?? exit.code}); see ${options.log}`)),
    reject,
  )
  try {
    return { origin: await ready, process: child }
  } finally {
    clearTimeout(timer)
  }
}
