/** Asynchronous function that performs one step, and returns the steps to perform after it. */
export type Task = () => Promise<readonly Task[]>

/**
 * Runs tasks, at most `parallel` at the same time. Runs the tasks that a task returns before older waiting tasks, so
 * that the queue stays short. Starts no task after an error, or when `signal` is aborted.
 *
 * @throws the first error, after the running tasks have ended
 */
export async function runTasks(
  first: readonly Task[],
  { parallel, signal }: { readonly parallel: number; readonly signal: AbortSignal },
): Promise<void> {
  const waiting = first.toReversed()
  const running = new Set<Promise<void>>()
  const errors: unknown[] = []

  const start = (task: Task): void => {
    const run = task()
      .then((next) => void waiting.push(...next.toReversed()))
      .catch((error: unknown) => void errors.push(error))
      .finally(() => running.delete(run))
    running.add(run)
  }

  for (;;) {
    while (running.size < parallel && errors.length === 0 && !signal.aborted) {
      const task = waiting.pop()
      if (task === undefined) break
      start(task)
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  if (errors.length > 0) throw errors[0]
}
