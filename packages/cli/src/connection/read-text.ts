import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/**
 * Reads the body of a response as text.
 *
 * @param signal signal that ends the wait for the rest of the body
 * @throws CliError when the body is larger than `maxBytes`
 * @throws the reason of the signal
 */
export async function readText(
  { body }: Pick<Response, 'body'>,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal },
): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => undefined)
  signal?.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      if (done) return new TextDecoder().decode(Buffer.concat(chunks))
      size += value.byteLength
      if (size > maxBytes) {
        stop()
        throw new CliError(exitCode.unreachable, `The response is larger than ${maxBytes / 1024 / 1024} MiB.`)
      }
      chunks.push(value)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
