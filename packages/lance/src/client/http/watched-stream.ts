import type { IdleLimit } from './idle-limit.ts'

export interface Watch {
  readonly limit: IdleLimit
  /** Whether the limit rests between two reads: a slow reader of an answer is none of its business. */
  readonly restsBetween: boolean
  /** When it has come to its end, whatever that was. */
  onEnd?(error?: unknown): void
}

/** The same stream, read under a limit. */
export function watchedStream(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  { limit, restsBetween, onEnd }: Watch,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        limit.moved()
        try {
          const { done, value } = await orAborted(reader.read(), limit.signal)
          if (restsBetween) limit.pause()
          else limit.moved()
          if (!done) return controller.enqueue(value)
          onEnd?.()
          controller.close()
        } catch (error) {
          onEnd?.(error)
          controller.error(error)
          await reader.cancel(error).catch(() => undefined)
        }
      },
      async cancel(reason) {
        onEnd?.(reason)
        await reader.cancel(reason)
      },
    },
    // Nothing is read ahead: the limit would run while nobody waits.
    { highWaterMark: 0 },
  )
}

/** The outcome, unless the signal fires first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
