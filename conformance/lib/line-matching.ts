import type { ProcessKeeper, StartOptions } from './process-keeper.ts'

/**
 * Starts a process, and waits until a line of its output matches the pattern. Returns the first group of the match.
 * Passes all lines to `onLine`.
 */
export async function lineMatching(
  keeper: ProcessKeeper,
  options: Omit<StartOptions, 'onLine'>,
  pattern: RegExp,
  onLine: (line: string) => void = () => {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = keeper.start({
    ...options,
    onLine: (line) => {
      const found = pattern.exec(line)?.[1]
      if (found !== undefined) resolve(found)
      onLine(line)
    },
  })
  void child.exited.then(() => reject(new Error(`${options.name} ended; see ${child.log}`)))
  const timer = setTimeout(
    () => reject(new Error(`${options.name} was not ready within 60 s; see ${child.log}`)),
    60_000,
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
