import { AuthError } from './auth-error.ts'

/**
 * The text of an answer, if it is not longer than so many bytes: reading ends there, however much would come.
 *
 * @param what Who answered, for messages.
 */
export async function readLimited(response: Response, maxBytes: number, what: string): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let read = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    read += value.byteLength
    if (read > maxBytes) {
      await reader.cancel().catch(() => {})
      throw new AuthError('malformed', `${what} gave an answer of more than ${maxBytes >> 10} KiB`)
    }
    text += decoder.decode(value, { stream: true })
  }
}
