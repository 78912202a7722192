import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { HeadgateError } from '@headgate/errors'
import { decodeJwt } from 'jose'
import { systemCode } from '@headgate/storage'

const variable = 'HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE'
const maxBytes = 64 * 1024

/**
 * Reads the server's own web identity from a file that another program refreshes, as Kubernetes does with projected
 * tokens. The file is read for each call, because minting is rare and a token must not be used after the file was
 * replaced.
 *
 * @param now current time in epoch ms
 * @throws HeadgateError `unavailable` when the file contains no valid token; the message contains advice
 */
export async function readServerToken(file: string | null, now: number): Promise<string> {
  if (file === null) {
    throw unavailable(
      `This server has no token for a security token service. Set ${variable} to the file that contains it.`,
    )
  }
  const text = await readContent(file)
  const exp = readExpiry(text)
  if (exp === null)
    throw unavailable(
      `The file of ${variable} does not contain a token (JWT). Check the program that writes it.`,
    )
  if (exp * 1000 > now) return text
  const at = new Date(exp * 1000).toISOString()
  throw unavailable(
    `The token in the file of ${variable} expired at ${at}. Check the program that renews it.`,
  )
}

async function readContent(path: string): Promise<string> {
  try {
    // Reading a file of another type, such as a pipe, could block.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
    return bytesRead > maxBytes ? '' : buffer.toString('utf8', 0, bytesRead).trim()
  } catch (cause) {
    throw unavailable(
      `The file of ${variable} cannot be read (${systemCode(cause) || 'unknown'}). Check its path and that the user of the server may read it.`,
      cause,
    )
  }
}

/**
 * Returns the expiry of a token in epoch seconds. Returns null when the text is not a JWT, or when the token has no
 * expiry.
 */
function readExpiry(token: string): number | null {
  try {
    return decodeJwt(token).exp ?? Infinity
  } catch {
    return null
  }
}

function unavailable(message: string, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, { cause })
}
