import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { HeadgateError } from '@headgate/errors'
import { decodeJwt } from 'jose'
import { systemCode } from '../../storage/storage-errors.ts'

const variable = 'HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE'
const maxBytes = 64 * 1024

/**
 * The server's own web identity, from a file that somebody else keeps fresh, as Kubernetes does with projected tokens. It
 * is read each time: a minting is rare, and none may use what was replaced.
 *
 * @param now epoch ms
 * @throws HeadgateError `unavailable` when there is none, with a sentence that says what to do
 */
export async function readServerToken(file: string | null, now: number): Promise<string> {
  if (file === null) {
    throw unavailable(
      `This server has no token of its own for a security token service: set ${variable} to the file that holds it.`,
    )
  }
  const text = await contentOf(file)
  const exp = expiryOf(text)
  if (exp === null) throw unavailable(`The file of ${variable} holds no token (JWT): check what writes it.`)
  if (exp * 1000 > now) return text
  const at = new Date(exp * 1000).toISOString()
  throw unavailable(`The token in the file of ${variable} has expired at ${at}: check what renews it.`)
}

async function contentOf(path: string): Promise<string> {
  try {
    // Whatever it is, it is not waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
    return bytesRead > maxBytes ? '' : buffer.toString('utf8', 0, bytesRead).trim()
  } catch (cause) {
    throw unavailable(
      `The file of ${variable} cannot be read (${systemCode(cause) || 'unknown'}): check its path, and that the user of the server may read it.`,
      cause,
    )
  }
}

/** Seconds; null when it is no token. One without an end has none. */
function expiryOf(token: string): number | null {
  try {
    return decodeJwt(token).exp ?? Infinity
  } catch {
    return null
  }
}

function unavailable(message: string, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, { cause })
}
