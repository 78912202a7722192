import { waitFor, type AttemptLimit } from '@headgate/auth/calls'

export interface Watch {
  readonly limit: AttemptLimit
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
        limit.restart()
        try {
          const { done, value } = await waitFor(reader.read(), limit.signal)
          if (restsBetween) limit.pause()
          else limit.restart()
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
